#!/usr/bin/env python3
"""Writes a GGUF file's weights as F32: the exact reference for the precision of its formats.

tools/dequantize.py qwen3-q4_k_m.gguf qwen3-f32.gguf
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from gguf import GGUFReader
from gguf.constants import GGUFValueType, Keys, LlamaFileType

from qwen3lite import _core
from qwen3lite.atomic_file import atomic_path
from qwen3lite.convert.gguf_file import GgufFile, GgufTensor
from qwen3lite.convert.metadata import KeyValue, uint32
from qwen3lite.errors import ModelFormatError, Qwen3LiteError, UnsupportedModelError

FORMATS = _core.formats()
BLOCK_VALUES = 4 << 20  # read, decoded and written at a time: 16 MB as float32
FIRST_PART = "-00001-of-00001.gguf"
NOT_COPIED = ("GGUF.", "split.", Keys.General.ARCHITECTURE)  # the writer's own, and a split's


@dataclass(frozen=True)
class StoredTensor(GgufTensor):
    """A tensor in the format that it is stored in, `offset` bytes into `file`."""

    file: Path
    offset: int

    def values(self) -> Iterator[npt.NDArray[np.float32]]:
        """Its rows in order, float32 [n, in], about BLOCK_VALUES at a time."""
        step = max(1, BLOCK_VALUES // self.shape[-1])
        with self.file.open("rb") as file:
            file.seek(self.offset)
            for first in range(0, self.rows, step):
                n = min(step, self.rows - first)
                raw = np.fromfile(file, np.uint8, n * self.row_bytes)
                yield _core.decode(self.format, raw.reshape(n, self.row_bytes))


def dequantize(src: Path, dst: Path) -> Path:
    """Writes `src` with every tensor decoded to F32 as the one file `dst`, and returns that.

    Metadata keep their types and order, but general.file_type becomes 0 (all F32). Of a split
    model, `src` is the first part. Memory does not follow the weights.

    Throws what opening a model throws; UnsupportedModelError names tensors without a decoder.
    """
    _check(src)
    first = GGUFReader(src)
    parts = [(src, first), *((path, GGUFReader(path)) for path in other_parts(src, first))]
    tensors = [
        StoredTensor(
            t.name,
            t.tensor_type.name,
            tuple(int(n) for n in reversed(t.shape)),
            path,
            t.data_offset,
        )
        for path, part in parts
        for t in part.tensors
    ]
    architecture = first.fields[Keys.General.ARCHITECTURE].contents()
    decoded = [GgufTensor(tensor.name, "F32", tensor.shape) for tensor in tensors]
    with (
        atomic_path(dst) as path,
        GgufFile(path, architecture, metadata(first), decoded) as file,
    ):
        for tensor in tensors:
            for block in tensor.values():
                file.write(block.view(np.uint8))
            file.end_tensor()
    return dst


def _check(src: Path) -> None:
    """Throws unless all of the model's parts are whole and all its tensors have decoders."""
    file = _core.GgufFile(os.fsencode(src))
    if Keys.General.ARCHITECTURE not in file.metadata:
        raise ModelFormatError(f"{src}: has no general.architecture; convert the model again.")
    unknown = [f"'{name}' ({type})" for name, type, *_ in file.tensors if type not in FORMATS]
    if unknown:
        raise UnsupportedModelError(
            f"{src}: {len(unknown)} tensors have no decoder: {', '.join(unknown[:4])}; quantise the"
            f" model to one of {', '.join(FORMATS)}."
        )


def other_parts(src: Path, first: GGUFReader) -> list[Path]:
    """Of a split model, the parts beside its first one."""
    count = first.fields.get("split.count")
    n = count.contents() if count else 1
    stem = src.name[: -len(FIRST_PART)]
    return [src.with_name(f"{stem}-{i:05d}-of-{n:05d}.gguf") for i in range(2, n + 1)]


def metadata(reader: GGUFReader) -> list[KeyValue]:
    entries = []
    for key, field in reader.fields.items():
        if key == Keys.General.FILE_TYPE:
            entries.append(uint32(key, LlamaFileType.ALL_F32))
        elif not key.startswith(NOT_COPIED):
            type = field.types[0]
            item_type = field.types[-1] if type == GGUFValueType.ARRAY else None
            entries.append(KeyValue(key, field.contents(), type, item_type))
    return entries


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("src", type=Path, help="GGUF file; of a split model the first part")
    parser.add_argument("dst", type=Path, help="GGUF file to write")
    args = parser.parse_args()
    try:
        dequantize(args.src, args.dst)
    except Qwen3LiteError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
