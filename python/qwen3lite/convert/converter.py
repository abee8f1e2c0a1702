"""The conversion: plan the tensors, gather the metadata, stream the weights to the encoders."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
from gguf.constants import GGML_QUANT_VERSION, Keys

from .. import _core
from ..atomic_file import atomic_path
from ..errors import FileError, InvalidArgumentError, ModelFormatError
from .checkpoint import Checkpoint
from .generation import sampling_metadata
from .gguf_file import GgufFile
from .metadata import KeyValue, string, uint32
from .model_config import ModelConfig
from .tensor_plan import FILE_TYPES, FileType, PlannedTensor, plan_tensors
from .tokenizer import tokenizer_metadata

TYPES = tuple(FILE_TYPES)
BLOCK_VALUES = 4 << 20  # read, encoded and written at a time: 16 MB as float32
F16_MAX = float(np.finfo(np.float16).max)

Progress = Callable[[str, int, int], None]


def convert(src: Path, out: Path, type: str = "q8_0", progress: Progress | None = None) -> None:
    """Converts a Hugging Face model directory to one GGUF file.

    `type` is one of TYPES; vectors (norms, biases) and routers stay float32 in all of them, and
    "q4_0" keeps the output head in Q6_K. `progress(tensor, done, total)` is called after each block
    with the bytes of weights written so far and in all. The same input gives the same bytes. `out`
    appears only when complete. Peak memory does not depend on the model's size.

    Throws FileError, ModelFormatError, UnsupportedModelError or InvalidArgumentError.
    """
    if type not in FILE_TYPES:
        raise InvalidArgumentError(f"type '{type}' is unknown; choose one of {', '.join(TYPES)}.")
    if not src.is_dir():
        raise FileError(f"{src}: no such directory; pass the directory of a Hugging Face model.")
    config = ModelConfig(src)
    with Checkpoint(src) as checkpoint:
        tensors = plan_tensors(config, checkpoint, FILE_TYPES[type])
        metadata = _metadata(src, config, FILE_TYPES[type])
        with (
            atomic_path(out) as path,
            GgufFile(path, config.architecture.name, metadata, tensors) as file,
            ThreadPoolExecutor(os.cpu_count()) as pool,
        ):
            _write_tensors(file, checkpoint, tensors, pool, progress)


def _metadata(src: Path, config: ModelConfig, file_type: FileType) -> list[KeyValue]:
    return [
        string(Keys.General.TYPE, "model"),
        string(Keys.General.NAME, _model_name(src)),
        uint32(Keys.General.FILE_TYPE, file_type.number),
        uint32(Keys.General.QUANTIZATION_VERSION, GGML_QUANT_VERSION),
        *sampling_metadata(src),
        *config.metadata(),
        *tokenizer_metadata(src, config),
    ]


def _model_name(src: Path) -> str:
    """The directory's name; of a hub cache (models--owner--name/snapshots/<hash>), the model's."""
    path = src.resolve()
    if path.parent.name == "snapshots":
        return path.parent.parent.name.rpartition("--")[2]
    return path.name


def _write_tensors(
    file: GgufFile,
    checkpoint: Checkpoint,
    tensors: list[PlannedTensor],
    pool: ThreadPoolExecutor,
    progress: Progress | None,
) -> None:
    total = sum(tensor.n_bytes for tensor in tensors)
    done = 0
    for tensor in tensors:
        for rows in _row_blocks(tensor, checkpoint):
            for encoded in _encode(tensor.format, rows, pool):
                file.write(encoded)
                done += encoded.nbytes
            if progress is not None:
                progress(tensor.name, done, total)
        file.end_tensor()


def _encode(
    format: str, rows: npt.NDArray[np.float32], pool: ThreadPoolExecutor
) -> Iterator[npt.NDArray[np.uint8]]:
    """The rows' blocks in order. Encoding releases the GIL, so that threads share it by rows."""
    n_parts = min(len(rows), os.cpu_count() or 1)
    return pool.map(_core.encode, [format] * n_parts, np.array_split(rows, n_parts))


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
