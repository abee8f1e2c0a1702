"""Files of other makers: what they add does no harm, what they leave out has llama.cpp's default,
and what would change the model is refused by name."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gguf_support import GEOMETRY, logits, rewritten

import make_checkpoint as mc
from qwen3lite.convert import convert
from qwen3lite.errors import ModelFormatError, UnsupportedModelError

# Where every optional key has its default.
PLAIN = dataclasses.replace(GEOMETRY, kv_heads=2, rope_theta=1e4)
SPARSE = dataclasses.replace(
    PLAIN, arch="qwen3moe", experts=4, experts_per_token=2, expert_ff=32, layers=2
)


def converted(directory: Path, geometry: mc.Geometry, **config: Any) -> Path:
    checkpoint = mc.make_checkpoint(directory / "hf", geometry, seed=43, config=config)
    convert(checkpoint, directory / "model.gguf", "f32")
    return directory / "model.gguf"


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return converted(tmp_path_factory.mktemp("plain"), PLAIN)


@pytest.fixture(scope="module")
def sparse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return converted(tmp_path_factory.mktemp("sparse"), SPARSE)


def is_same_model(a: Path, b: Path) -> bool:
    return bool(np.array_equal(logits(a), logits(b)))


def test_unknown_metadata_is_ignored(plain: Path, tmp_path: Path) -> None:
    extra = {
        "general.author": "somebody",
        "general.tags": ["one", "two"],
        "general.languages": ["en"],
        "general.url": "",
        "qwen3.unheard_of": 7,
        "qwen3.attention.sliding_window_pattern": [True, False],
        "qwen3.rope.scaling.finetuned": False,
        "qwen3.ratios": [0.5, 0.25],
        "quantize.imatrix.entries_count": 196,
        "tokenizer.ggml.scores": [0.0] * PLAIN.vocab,
        "elsewhere": -1,
    }
    assert is_same_model(rewritten(plain, tmp_path / "more.gguf", extra), plain)


@pytest.mark.parametrize(
    "key",
    [
        "attention.head_count_kv",
        "attention.key_length",
        "attention.value_length",
        "rope.freq_base",
        "rope.dimension_count",
        "vocab_size",
    ],
)
def test_missing_dimensions_have_defaults(key: str, plain: Path, tmp_path: Path) -> None:
    path = rewritten(plain, tmp_path / "less.gguf", {f"qwen3.{key}": None})
    assert is_same_model(path, plain)


def test_general_keys_are_optional(plain: Path, tmp_path: Path) -> None:
    keys = ("name", "file_type", "quantization_version", "type")
    path = rewritten(plain, tmp_path / "less.gguf", {f"general.{key}": None for key in keys})
    assert is_same_model(path, plain)


LINEAR = {"rope_type": "linear", "factor": 4.0}


@pytest.mark.parametrize(
    "keys",
    [
        {"rope.scaling.type": "linear", "rope.scaling.factor": 4.0},
        {"rope.scaling.factor": 4.0},
        {"rope.scale_linear": 4.0},
    ],
    ids=["by its name", "by a factor alone", "by an old key"],
)
def test_linear_rope_scaling(keys: dict[str, Any], plain: Path, tmp_path: Path) -> None:
    scaled = converted(tmp_path, PLAIN, rope_scaling=LINEAR)
    values = {f"qwen3.{key}": value for key, value in keys.items()}
    path = rewritten(plain, tmp_path / "other.gguf", values)
    assert is_same_model(path, scaled)
    assert not is_same_model(path, plain)


@pytest.mark.parametrize(
    "keys",
    [
        {"rope.scaling.type": "none", "rope.scaling.factor": 4.0},
        {"rope.scaling.type": "linear"},
        {"rope.scaling.type": "linear", "rope.scaling.factor": 0.0},
    ],
)
def test_no_rope_scaling(keys: dict[str, Any], plain: Path, tmp_path: Path) -> None:
    values = {f"qwen3.{key}": value for key, value in keys.items()}
    assert is_same_model(rewritten(plain, tmp_path / "other.gguf", values), plain)


def test_yarn_stretches_the_training_context_by_default(plain: Path, tmp_path: Path) -> None:
    values = {"qwen3.rope.scaling.type": "yarn", "qwen3.rope.scaling.factor": 4.0}
    defaults = {
        "qwen3.rope.scaling.original_context_length": PLAIN.context,
        "qwen3.rope.scaling.yarn_ext_factor": 1.0,
        "qwen3.rope.scaling.attn_factor": 1.0,
        "qwen3.rope.scaling.yarn_beta_fast": 32.0,
        "qwen3.rope.scaling.yarn_beta_slow": 1.0,
    }
    short = rewritten(plain, tmp_path / "short.gguf", values)
    assert is_same_model(short, rewritten(plain, tmp_path / "long.gguf", values | defaults))
    assert not is_same_model(short, plain)


def test_experts_are_renormalised_by_default(sparse: Path, tmp_path: Path) -> None:
    norm, scale = "qwen3moe.expert_weights_norm", "qwen3moe.expert_weights_scale"
    optional = (norm, "qwen3moe.feed_forward_length", "qwen3moe.expert_feed_forward_length")
    path = rewritten(sparse, tmp_path / "less.gguf", dict.fromkeys(optional))
    assert is_same_model(path, sparse)
    assert not is_same_model(rewritten(sparse, tmp_path / "raw.gguf", {norm: False}), sparse)
    assert is_same_model(rewritten(sparse, tmp_path / "one.gguf", {scale: 0.0}), sparse)
    assert not is_same_model(rewritten(sparse, tmp_path / "two.gguf", {scale: 2.0}), sparse)


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("expert_gating_func", 2, "'2'"),
        ("expert_used_count", 5, "out of range"),
        ("expert_used_count", None, "is missing"),
        ("expert_count", 3, "ffn_gate_inp.weight"),
        ("expert_count", None, "ffn_gate_inp.weight"),
        ("rope.scaling.type", "longrope", "'longrope'"),
    ],
)
def test_what_would_be_another_model_is_refused(
    key: str, value: Any, says: str, sparse: Path, tmp_path: Path
) -> None:
    path = rewritten(sparse, tmp_path / "other.gguf", {f"qwen3moe.{key}": value})
    with pytest.raises((ModelFormatError, UnsupportedModelError)) as caught:
        logits(path)
    assert says in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    "name", ["blk.0.attn_q.scale", "blk.1.ffn_up_shexp.weight", "output_norm.bias", "v.blk.0.x"]
)
def test_tensors_without_a_place_are_named(name: str, sparse: Path, tmp_path: Path) -> None:
    tensors = {name: np.ones((32, 32), np.float32)}
    path = rewritten(sparse, tmp_path / "more.gguf", {}, tensors)
    with pytest.raises(UnsupportedModelError, match=f"'{name}'"):
        logits(path)


def test_biases_take_part(plain: Path, tmp_path: Path) -> None:
    for name, n in (("attn_k.bias", 32), ("attn_output.bias", 32), ("ffn_up.bias", 64)):
        bias = {f"blk.0.{name}": np.ones(n, np.float32)}
        assert not is_same_model(rewritten(plain, tmp_path / name, {}, bias), plain)
        with pytest.raises(ModelFormatError, match=f"'blk.0.{name}'"):
            logits(rewritten(plain, tmp_path / name, {}, {f"blk.0.{name}": np.ones(5, np.float32)}))
