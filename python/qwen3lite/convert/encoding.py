"""A checkpoint's weights as the blocks of a format, a few rows at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from .. import _core
from ..errors import ModelFormatError
from .checkpoint import Checkpoint
from .tensor_plan import PlannedTensor

BLOCK_VALUES = 4 << 20  # read, encoded and written at a time: 16 MB as float32
F16_MAX = float(np.finfo(np.float16).max)


def encode(
    format: str, rows: npt.NDArray[np.float32], pool: ThreadPoolExecutor
) -> npt.NDArray[np.uint8]:
    """The rows' blocks, uint8 [n, bytes]. Encoding releases the GIL: threads share it by rows."""
    n_parts = min(len(rows), os.cpu_count() or 1)
    parts = pool.map(_core.encode, [format] * n_parts, np.array_split(rows, n_parts))
    return np.concatenate(list(parts))


def encoded_blocks(
    tensor: PlannedTensor, checkpoint: Checkpoint, pool: ThreadPoolExecutor
) -> Iterator[npt.NDArray[np.uint8]]:
    """The tensor's bytes in file order. Throws ModelFormatError for values that it cannot hold."""
    for rows in _row_blocks(tensor, checkpoint):
        yield encode(tensor.format, rows, pool)


def _row_blocks(tensor: PlannedTensor, checkpoint: Checkpoint) -> Iterator[npt.NDArray[np.float32]]:
    """The tensor's rows in file order, float32 [n, in], about BLOCK_VALUES at a time."""
    if tensor.data is not None:
        yield tensor.data.reshape(tensor.rows, -1)
        return
    unit = tensor.head_outputs or 1
    step = max(1, BLOCK_VALUES // (unit * tensor.shape[-1])) * unit
    for source in tensor.sources:
        n_rows = tensor.rows // len(tensor.sources)
        for first in range(0, n_rows, step):
            rows = checkpoint.read_rows(source, first, min(step, n_rows - first))
            _check_values(rows, source, tensor.format, checkpoint)
            yield _interleave(rows, tensor) if tensor.head_outputs else rows


def _interleave(rows: npt.NDArray[np.float32], tensor: PlannedTensor) -> npt.NDArray[np.float32]:
    """Within each head, output i and output i + half a head become neighbours 2i and 2i + 1.

    A weight's outputs are its rows; a bias is one row of them.
    """
    n_in = tensor.shape[-1] if len(tensor.shape) > 1 else 1
    halves = rows.reshape(-1, 2, tensor.head_outputs // 2, n_in)
    return np.ascontiguousarray(halves.swapaxes(1, 2)).reshape(rows.shape)


def _check_values(
    rows: npt.NDArray[np.float32], source: str, format: str, checkpoint: Checkpoint
) -> None:
    """Refuses values that the format cannot hold: one NaN would silence the whole model."""
    low, high = float(rows.min()), float(rows.max())  # NaN propagates through both
    if not (np.isfinite(low) and np.isfinite(high)):
        raise ModelFormatError(
            f"{checkpoint.directory}: tensor '{source}' holds values that are not finite;"
            " download the checkpoint again."
        )
    if format == "F16" and max(-low, high) > F16_MAX:
        raise ModelFormatError(
            f"{checkpoint.directory}: tensor '{source}' exceeds the range of F16;"
            " convert to bf16 or f32."
        )
