"""The conversion: plan the tensors, gather the metadata, stream the weights to the encoders."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gguf.constants import GGML_QUANT_VERSION, Keys

from ..atomic_file import atomic_path
from ..errors import FileError
from .checkpoint import Checkpoint
from .encoding import encoded_blocks
from .generation import sampling_metadata
from .gguf_file import GgufFile
from .metadata import KeyValue, string, uint32
from .model_config import ModelConfig
from .tensor_plan import FILE_TYPES, FileType, PlannedTensor, file_type, plan_tensors
from .tokenizer import tokenizer_metadata

TYPES = tuple(FILE_TYPES)

Progress = Callable[[str, int, int], None]


def convert(src: Path, out: Path, type: str = "q8_0", progress: Progress | None = None) -> None:
    """Converts a Hugging Face model directory to one GGUF file.

    `type` is one of TYPES; vectors (norms, biases) and routers stay float32 in all of them, and
    "q4_0" keeps the output head in Q6_K. `progress(tensor, done, total)` is called after each block
    with the bytes of weights written so far and in all. The same input gives the same bytes. `out`
    appears only when complete. Peak memory does not depend on the model's size.

    Throws FileError, ModelFormatError, UnsupportedModelError or InvalidArgumentError.
    """
    formats = file_type(type)
    if not src.is_dir():
        raise FileError(f"{src}: no such directory; pass the directory of a Hugging Face model.")
    config = ModelConfig(src)
    with Checkpoint(src) as checkpoint:
        tensors = plan_tensors(config, checkpoint, formats)
        metadata = _metadata(src, config, formats)
        with (
            atomic_path(out) as path,
            GgufFile(path, config.architecture.name, metadata, tensors) as file,
            ThreadPoolExecutor(os.cpu_count()) as pool,
        ):
            _write_tensors(file, checkpoint, tensors, pool, progress)


def _metadata(src: Path, config: ModelConfig, file_type: FileType) -> list[KeyValue]:
    return [
        string(Keys.General.TYPE, "model"),
        string(Keys.General.NAME, model_name(src)),
        uint32(Keys.General.FILE_TYPE, file_type.number),
        uint32(Keys.General.QUANTIZATION_VERSION, GGML_QUANT_VERSION),
        *sampling_metadata(src),
        *config.metadata(),
        *tokenizer_metadata(src, config),
    ]


def model_name(src: Path) -> str:
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
        for encoded in encoded_blocks(tensor, checkpoint, pool):
            file.write(encoded)
            done += encoded.nbytes
            if progress is not None:
                progress(tensor.name, done, total)
        file.end_tensor()
