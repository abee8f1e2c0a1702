"""Checkpoints with experts or optional biases: their metadata, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from convert_support import SMALL, edit_header, edit_json, fields, set_config
from gguf import GGUFReader

import make_checkpoint as mc
from qwen3lite.convert import convert
from qwen3lite.errors import ModelFormatError, Qwen3LiteError, UnsupportedModelError

EXPERTS = replace(SMALL, arch="qwen3moe", layers=2, experts=4, experts_per_token=2, expert_ff=96)
EXPERT = "model.layers.1.mlp.experts.3.up_proj.weight"


@pytest.fixture
def small_moe(tmp_path: Path) -> Path:
    return mc.make_checkpoint(tmp_path / "model", EXPERTS)


def expert_fields(src: Path, out: Path) -> dict[str, Any]:
    convert(src, out)
    return {key: value for key, value in fields(out).items() if "expert" in key}


def test_metadata_of_experts(small_moe: Path, tmp_path: Path) -> None:
    expected = {
        "qwen3moe.expert_count": 4,
        "qwen3moe.expert_used_count": 2,
        "qwen3moe.expert_feed_forward_length": 96,
        "qwen3moe.expert_weights_norm": True,
    }
    assert expert_fields(small_moe, tmp_path / "out.gguf") == expected
    assert fields(tmp_path / "out.gguf")["qwen3moe.feed_forward_length"] == SMALL.ff

    def respell(config: dict[str, Any]) -> None:
        config["num_local_experts"] = config.pop("num_experts")
        for key in ("norm_topk_prob", "decoder_sparse_step", "mlp_only_layers"):
            del config[key]

    edit_json(small_moe / "config.json", respell)
    expected["qwen3moe.expert_weights_norm"] = False
    assert expert_fields(small_moe, tmp_path / "out.gguf") == expected


def test_dense_models_have_no_keys_of_experts(small: Path, tmp_path: Path) -> None:
    assert not expert_fields(small, tmp_path / "out.gguf")


@pytest.mark.parametrize(
    ("dense_layers", "sparse_step", "sparse"),
    [
        ((), 1, {0, 1, 2, 3}),
        ((), 2, {1, 3}),
        ((1, 9), 1, {0, 2, 3}),
        ((1,), 2, {3}),
        ((), 5, set()),
    ],
)
def test_sparse_layers(
    dense_layers: tuple[int, ...], sparse_step: int, sparse: set[int], tmp_path: Path
) -> None:
    geometry = replace(EXPERTS, layers=4, dense_layers=dense_layers, sparse_step=sparse_step)
    convert(mc.make_checkpoint(tmp_path / "m", geometry), tmp_path / "out.gguf", "f16")
    names = {t.name for t in GGUFReader(tmp_path / "out.gguf").tensors}
    for layer in range(4):
        is_sparse = layer in sparse
        for part in ("ffn_gate_inp", "ffn_gate_exps", "ffn_up_exps", "ffn_down_exps"):
            assert (f"blk.{layer}.{part}.weight" in names) == is_sparse
        for part in ("ffn_gate", "ffn_up", "ffn_down"):
            assert (f"blk.{layer}.{part}.weight" in names) != is_sparse


def drop_expert(src: Path) -> None:
    edit_header(src, lambda header: header.pop(EXPERT))


def transpose_expert(src: Path) -> None:
    edit_header(src, lambda header: header[EXPERT]["shape"].reverse())


REFUSED: list[tuple[Callable[[Path], None], type[Qwen3LiteError], str]] = [
    (drop_expert, ModelFormatError, f"lacks 1 tensors.*'{EXPERT}'"),
    (transpose_expert, ModelFormatError,
     rf"'{EXPERT}' has shape \[64, 96\], but config.json asks for \[96, 64\]"),
    (set_config(moe_intermediate_size=32), ModelFormatError,
     r"experts.0.gate_proj.weight' has shape \[96, 64\], but config.json asks for \[32, 64\]"),
    (set_config(num_experts=5), ModelFormatError, "lacks 6 tensors.*experts.4.down_proj"),
    (set_config(num_experts=3), UnsupportedModelError, "has 6 tensors.*experts.3.down_proj"),
    (set_config(num_experts=10**6), ModelFormatError,
     "asks for 2 layers with 1,000,000 experts, but the checkpoint has only"),
    (set_config(num_experts=None), ModelFormatError, "'num_experts' must be a positive integer"),
    (set_config(num_experts_per_tok=5), ModelFormatError,
     "'num_experts_per_tok' is 5, more than the 4 of 'num_experts'"),
    (set_config(num_experts_per_tok=0), ModelFormatError, "'num_experts_per_tok' must be"),
    (set_config(decoder_sparse_step=0), ModelFormatError, "'decoder_sparse_step' must be"),
    (set_config(decoder_sparse_step=2), ModelFormatError, "'model.layers.0.mlp.down_proj.weight'"),
    (set_config(mlp_only_layers=[1]), ModelFormatError, "'model.layers.1.mlp.down_proj.weight'"),
    (set_config(mlp_only_layers=["1"]), ModelFormatError, "'mlp_only_layers' must be an integer"),
    (set_config(norm_topk_prob="yes"), ModelFormatError, "'norm_topk_prob' must be true or false"),
    (set_config(attention_bias=True), ModelFormatError,
     "lacks 8 tensors.*'model.layers.0.self_attn.k_proj.bias'"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("damage", "error", "message"), REFUSED, ids=[message[:40] for *_, message in REFUSED]
)
def test_refused(
    damage: Callable[[Path], None],
    error: type[Qwen3LiteError],
    message: str,
    small_moe: Path,
    tmp_path: Path,
) -> None:
    damage(small_moe)
    with pytest.raises(error, match=message) as caught:
        convert(small_moe, tmp_path / "out.gguf")
    assert str(small_moe) in str(caught.value)
    assert str(caught.value).endswith(".")


def test_biases_that_config_denies_are_refused(tmp_path: Path) -> None:
    geometry = replace(SMALL, attention_bias=True)
    src = mc.make_checkpoint(tmp_path / "m", geometry, config={"attention_bias": False})
    with pytest.raises(UnsupportedModelError, match=r"4 tensors.*'model.layers.0.*k_proj.bias'"):
        convert(src, tmp_path / "out.gguf")


def test_qwen2_needs_its_biases(tmp_path: Path) -> None:
    src = mc.make_checkpoint(
        tmp_path / "m",
        replace(SMALL, arch="llama"),
        config={"architectures": ["Qwen2ForCausalLM"]},
    )
    with pytest.raises(ModelFormatError, match=r"lacks 3 tensors.*'model.layers.0.*k_proj.bias'"):
        convert(src, tmp_path / "out.gguf")


def test_qwen2_may_mention_the_window_that_it_does_not_use(tmp_path: Path) -> None:
    src = mc.make_checkpoint(tmp_path / "m", replace(SMALL, arch="qwen2"))
    convert(src, tmp_path / "plain.gguf")
    window = {"use_sliding_window": False, "sliding_window": 64, "max_window_layers": 0}
    set_config(**window)(src)
    convert(src, tmp_path / "window.gguf")
    assert (tmp_path / "window.gguf").read_bytes() == (tmp_path / "plain.gguf").read_bytes()
