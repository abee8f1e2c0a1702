"""What quantised caches cost: divergence from the same engine with a cache of halves, ours and
llama.cpp's, on SmolLM2-135M.

    pytest tests/reference/test_kv_precision.py -s    # prints the table of docs/architecture.md
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from llama_cpp import LlamaCpp

from qwen3lite import Model
from qwen3lite.sources import locate

TEXT = Path(__file__).parents[1] / "texts" / "evaluation.txt"
N = 1024
LIMITS = {"q8_0": 1e-3, "q4_0": 0.05}


@pytest.fixture(scope="module")
def ids() -> list[int]:
    return Model("smollm2", n_ctx=64).tokenize(TEXT.read_text())[:N]


def divergence(of: npt.NDArray[np.float32], reference: npt.NDArray[np.float32]) -> float:
    """Mean KL over the rows behind the first 64."""
    p, q = (log_softmax(x[64:].astype(np.float64)) for x in (reference, of))
    return float((np.exp(p) * (p - q)).sum(-1).mean())


def log_softmax(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    shifted: npt.NDArray[np.float64] = x - x.max(-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))


@pytest.fixture(scope="module")
def theirs(ids: list[int]) -> dict[str, float]:
    def logits(kv_type: str) -> npt.NDArray[np.float32]:
        with LlamaCpp(locate("smollm2"), n_ctx=N, kv_type=kv_type, flash_attention=True) as peer:
            return peer.logits(ids)

    halves = logits("f16")
    return {kv_type: divergence(logits(kv_type), halves) for kv_type in LIMITS}


@pytest.mark.parametrize("role", ["prompt", "generated"])
def test_quantised_caches_cost_less_than_llama_cpp_s(
    role: Any, ids: list[int], theirs: dict[str, float]
) -> None:
    def logits(kv_type: Any) -> npt.NDArray[np.float32]:
        return Model("smollm2", n_ctx=N, kv_type=kv_type).logits(ids, role)

    halves = logits("f16")
    for kv_type, limit in LIMITS.items():
        found = divergence(logits(kv_type), halves)
        print(f"{role} {kv_type}: KL {found:.2e}, llama.cpp {theirs[kv_type]:.2e}")
        assert found <= limit
        assert found <= theirs[kv_type] / 2
