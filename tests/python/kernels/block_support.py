"""Weights for the tests of formats and kernels: encoded random numbers, and blocks of random bytes.

An encoder never writes some codes that a file may hold (Q8_0's -128, every pattern of Q4_K's packed
scales), so blocks of random bytes with sane scales are tested too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType

from qwen3lite import _core

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

# Where a block's half-precision numbers lie, scales and minima; the other bytes may hold anything.
HALVES = {
    "Q4_0": (0,),
    "Q4_1": (0, 2),
    "Q5_0": (0,),
    "Q5_1": (0, 2),
    "Q8_0": (0,),
    "Q4_K": (0, 2),
    "Q5_K": (0, 2),
    "Q6_K": (208,),
}
REAL = ("F32", "F16", "BF16")
FORMATS: list[str] = list(_core.formats())


@dataclass(frozen=True)
class Layout:
    values: int
    bytes: int


def layout(name: str) -> Layout:
    return Layout(*GGML_QUANT_SIZES[GGMLQuantizationType[name]])


def normal(seed: int, *shape: int) -> Floats:
    return np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)


def random_blocks(name: str, rows: int, cols: int, seed: int) -> Bytes:
    """Blocks [rows, row bytes] of random codes, with scales in [0.01, 1] of either sign."""
    rng = np.random.default_rng(seed)
    size = layout(name)
    n = rows * cols // size.values
    blocks = rng.integers(0, 256, (n, size.bytes), dtype=np.uint8)
    for offset in HALVES[name]:
        scale = rng.uniform(0.01, 1.0, n) * rng.choice([-1.0, 1.0], n)
        blocks[:, offset : offset + 2] = scale.astype(np.float16).view(np.uint8).reshape(n, 2)
    return blocks.reshape(rows, -1)
