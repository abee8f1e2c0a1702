"""Far positions and stretched rotary embedding against transformers, in units of the logits'
standard deviation."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from qwen3lite import Model
from qwen3lite.convert import convert

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
from make_checkpoint import GEOMETRIES, Geometry, make_checkpoint
from make_goldens import load_reference

MAX_ERROR = 1e-3
N_LAST = 100
ORIGINAL = 512  # positions before stretching


def small(arch: str) -> Geometry:
    return dataclasses.replace(
        GEOMETRIES[arch, "tiny"], heads=4, kv_heads=2, head_dim=32, context=40960
    )


def last_rows(checkpoint: Path, ids: list[int]) -> npt.NDArray[np.float32]:
    import torch

    model = load_reference(checkpoint, "sdpa")
    with torch.no_grad():
        logits = model(torch.tensor([ids]), logits_to_keep=N_LAST).logits[0]
    rows: npt.NDArray[np.float32] = logits.numpy()
    return rows


def error(directory: Path, geometry: Geometry, n: int, config: dict[str, Any]) -> float:
    source = make_checkpoint(directory / "hf", geometry, seed=61, config=config)
    ids = [int(i) for i in np.random.default_rng(62).integers(0, geometry.vocab, n)]
    expected = last_rows(source, ids)
    convert(source, directory / "f32.gguf", "f32")
    logits = Model(directory / "f32.gguf", n_ctx=n, kv_type="f32").logits(ids, last=N_LAST)
    return float(np.abs(logits - expected).max() / expected.std())


def test_a_prompt_of_30100_tokens(tmp_path: Path) -> None:
    assert error(tmp_path, small("qwen3"), 30_100, {}) <= MAX_ERROR


SCALINGS: dict[str, dict[str, Any]] = {
    "yarn": {"rope_type": "yarn", "factor": 4.0},
    "yarn, other turns": {"rope_type": "yarn", "factor": 4.0, "beta_fast": 20, "beta_slow": 2},
    "yarn, its own attention factor": {
        "rope_type": "yarn",
        "factor": 4.0,
        "attention_factor": 1.3,
    },
    "linear": {"rope_type": "linear", "factor": 4.0},
}


@pytest.mark.parametrize("arch", ["qwen3", "qwen2", "qwen3moe", "llama"])
@pytest.mark.parametrize("scaling", SCALINGS)
def test_beyond_the_original_length(arch: str, scaling: str, tmp_path: Path) -> None:
    rope = {**SCALINGS[scaling], "original_max_position_embeddings": ORIGINAL}
    config = {"rope_scaling": rope, "max_position_embeddings": 4 * ORIGINAL}
    assert error(tmp_path, small(arch), 3 * ORIGINAL, config) <= MAX_ERROR


def test_llama3(tmp_path: Path) -> None:
    rope = {
        "rope_type": "llama3",
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": ORIGINAL,
    }
    config = {"rope_scaling": rope, "max_position_embeddings": 8 * ORIGINAL}
    assert error(tmp_path, small("llama"), 3 * ORIGINAL, config) <= MAX_ERROR
