"""What tests of every instruction set share."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from block_support import Floats

from qwen3lite import _core

Doubles = npt.NDArray[np.float64]
ISAS: list[str] = list(_core.available_isas())
each_isa = pytest.mark.parametrize("isa", ISAS)
BF16_ERROR = 2.0**-9  # of a value: half a step of its eight bits


def as_bf16(x: Floats) -> Floats:
    """Rounded to the nearest bf16, ties to even."""
    bits = x.view(np.uint32).astype(np.uint64)
    rounded = (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000
    return rounded.astype(np.uint32).view(np.float32)
