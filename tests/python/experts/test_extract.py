"""Packs out of sparse models: bit for bit what the sparse model computes, chosen experts, refusals.

A random checkpoint's tensor depends on its name and the seed alone, so that a dense and a sparse
one of the same seed share all but their feed-forward networks.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_support import Run
from experts_support import logits, rewrite, tensors, with_pack

import make_checkpoint as mc
from qwen3lite import Model
from qwen3lite.convert import convert
from qwen3lite.errors import (
    InvalidArgumentError,
    ModelFormatError,
    Qwen3LiteError,
    UnsupportedModelError,
)
from qwen3lite.experts import read_pack
from qwen3lite.experts.extract import extract

IDS = [1, 2, 300, 4, 5, 66, 7, 8, 9, 10]
SPARSE = replace(mc.GEOMETRIES["qwen3moe", "tiny"], layers=3, dense_layers=(1,), expert_ff=96)
DENSE = replace(mc.GEOMETRIES["qwen3", "tiny"], layers=3)


def made(directory: Path, geometry: mc.Geometry, type: str = "q4_0") -> Path:
    path = directory / "model.gguf"
    convert(mc.make_checkpoint(directory / "checkpoint", geometry), path, type)
    return path


@pytest.fixture(scope="module")
def sparse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("sparse"), SPARSE)


@pytest.fixture(scope="module")
def dense(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("dense"), DENSE)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "pack.gguf"


@pytest.mark.parametrize("norm_topk", [True, False])
def test_a_dense_base_with_the_experts_is_the_sparse_model(
    norm_topk: bool, dense: Path, out: Path, tmp_path: Path
) -> None:
    sparse = made(tmp_path, replace(SPARSE, norm_topk=norm_topk))
    extract(sparse, out, base=dense, name="of tests")
    pack = read_pack(out)
    assert (pack.name, pack.mode, pack.trunk) == ("of tests", "replace", False)
    assert (pack.n_choices, pack.top_k, pack.layers) == (8, 2, [0, 2])
    base = Model(dense)
    expected = logits(Model(sparse), IDS)
    assert not np.array_equal(logits(base, IDS), expected)
    assert np.array_equal(with_pack(base, out, IDS), expected)


def test_without_a_base_it_fits_the_model_with_dense_layers(
    sparse: Path, out: Path, tmp_path: Path
) -> None:
    extract(sparse, out)
    base = Model(made(tmp_path, replace(SPARSE, dense_layers=(0, 1, 2))))
    assert base.info.sparse_layers == ()
    assert np.array_equal(with_pack(base, out, IDS), logits(Model(sparse), IDS))


def test_bytes_of_experts_are_copied(
    sparse: Path, dense: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qwen3lite.experts.extract.BLOCK_VALUES", 1000)
    calls: list[tuple[str, int, int]] = []
    extract(sparse, out, base=dense, progress=lambda *call: calls.append(call))
    original = tensors(sparse)
    for name, (format, data) in tensors(out).items():
        assert format == original[name][0]
        assert np.array_equal(data, original[name][1])
    assert calls[-1][1] == calls[-1][2] == sum(data.nbytes for _, data in tensors(out).values())


def test_chosen_experts_keep_their_rows(
    sparse: Path, dense: Path, out: Path, tmp_path: Path
) -> None:
    extract(sparse, out, base=dense, choose=[5, 0, 7])
    assert read_pack(out).n_choices == 3
    original = tensors(sparse)
    for name, (_, data) in tensors(out).items():
        assert np.array_equal(data, original[name][1][[5, 0, 7]])
    rewrite(sparse, tmp_path / "three.gguf", settings={"qwen3moe.expert_used_count": 3})
    extract(tmp_path / "three.gguf", out, base=dense, choose=[5, 0])
    assert (read_pack(out).n_choices, read_pack(out).top_k) == (2, 2)


def test_same_input_same_bytes(sparse: Path, dense: Path, out: Path) -> None:
    extract(sparse, out, base=dense)
    first = out.read_bytes()
    extract(sparse, out, base=dense)
    assert out.read_bytes() == first


def test_split_models(sparse: Path, dense: Path, out: Path, tmp_path: Path) -> None:
    extract(sparse, out, base=dense)
    rewrite(sparse, *(tmp_path / f"model-0000{part}-of-00002.gguf" for part in (1, 2)))
    extract(tmp_path / "model-00001-of-00002.gguf", tmp_path / "split.gguf", base=dense)
    assert (tmp_path / "split.gguf").read_bytes() == out.read_bytes()


UP, DOWN = "blk.2.ffn_up_exps.weight", "blk.2.ffn_down_exps.weight"
DAMAGED: list[tuple[dict[str, Any], type[Qwen3LiteError], str]] = [
    ({"names": {UP: "lost"}}, ModelFormatError, f"lacks tensor '{UP}'"),
    ({"names": {UP: DOWN, DOWN: UP}}, ModelFormatError,
     rf"'{UP}' has shape \[8, 256, 96\], not \[8, 96, 256\]"),
    ({"settings": {"qwen3moe.expert_count": 4}}, ModelFormatError,
     r"ffn_gate_inp.weight' has shape \[8, 256\], not \[4, 256\]"),
    ({"settings": {"qwen3moe.expert_count": "8"}}, ModelFormatError, "'qwen3moe.expert_count' is"),
    ({"settings": {"qwen3moe.expert_used_count": 0}}, ModelFormatError,
     "'qwen3moe.expert_used_count' is missing or no positive integer"),
    ({"settings": {"qwen3moe.expert_gating_func": 2}}, UnsupportedModelError,
     "'qwen3moe.expert_gating_func' is 2"),
    ({"settings": {"qwen3moe.expert_weights_scale": 2.5}}, UnsupportedModelError,
     "'qwen3moe.expert_weights_scale' is 2.5"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "error", "message"), DAMAGED, ids=[m[:30] for *_, m in DAMAGED])
def test_models_whose_experts_make_no_pack_are_refused(
    change: dict[str, Any],
    error: type[Qwen3LiteError],
    message: str,
    sparse: Path,
    out: Path,
    tmp_path: Path,
) -> None:
    rewrite(sparse, tmp_path / "damaged.gguf", **change)
    with pytest.raises(error, match=message) as caught:
        extract(tmp_path / "damaged.gguf", out)
    assert str(caught.value).endswith(".")
    assert not out.exists()


def test_settings_that_change_nothing_are_taken(sparse: Path, out: Path, tmp_path: Path) -> None:
    usual = {"qwen3moe.expert_gating_func": 1, "qwen3moe.expert_weights_scale": 0.0}
    rewrite(sparse, tmp_path / "usual.gguf", settings=usual)
    extract(tmp_path / "usual.gguf", out)
    assert read_pack(out).n_choices == 8


def test_bases_that_do_not_suit_are_refused(
    sparse: Path, dense: Path, out: Path, tmp_path: Path
) -> None:
    def refuse(message: str, base: Path | None, model: Path = sparse, **options: Any) -> None:
        with pytest.raises(InvalidArgumentError, match=message) as caught:
            extract(model, out, base=base, **options)
        assert str(caught.value).endswith(".")
        assert not out.exists()

    refuse("has 6 layers of width 256, but .* has 3 of width 256", Model.nano().path)
    refuse("layer 0 has experts of its own and no dense network", sparse)
    refuse("has no experts to extract", None, dense)
    refuse("has no expert 8; it has experts 0 to 7", dense, choose=[0, 8])
    refuse("experts 0, 0 make no pack", dense, choose=[0, 0])
    refuse("experts 3 make no pack", dense, choose=[3])
    # The engine has the last word on what fits.
    other = made(tmp_path, replace(DENSE, layers=3, ff=256))
    extract(sparse, out, base=dense)
    with pytest.raises(InvalidArgumentError, match="is a pack for"):
        Model(other).load_experts(out)


def test_extract_from_the_command_line(
    run: Run, sparse: Path, dense: Path, out: Path, tmp_path: Path
) -> None:
    flags = ("--base", dense, "--choose", "0,5-7", "--name", "some")
    outcome = run("experts", "extract", sparse, "-o", out, *flags)
    assert (outcome.out, outcome.err, outcome.status) == ("", "", 0)
    expected = tmp_path / "expected.gguf"
    extract(sparse, expected, base=dense, choose=[0, 5, 6, 7], name="some")
    assert out.read_bytes() == expected.read_bytes()
    for words, sentence in (
        ((dense,), "has no experts to extract"),
        ((sparse, "--choose", "a"), "--choose is 'a'"),
        ((tmp_path / "none.gguf",), "none.gguf"),
    ):
        refused = run("experts", "extract", *words, "-o", tmp_path / "x.gguf")
        assert refused.status == 2
        assert refused.err.startswith("qwen3lite: ")
        assert refused.err.count("\n") == 1
        assert sentence in refused.err
