"""A checkpoint's tensors: safetensors files, single or sharded, read in blocks of rows.

Nothing is mapped or kept: a read costs the memory of the rows asked for. The format: 8 bytes
little-endian header length, a JSON header {name: {dtype, shape, data_offsets}}, then the data
(https://github.com/huggingface/safetensors#format).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from ..errors import FileError, ModelFormatError, UnsupportedModelError
from .json_file import read_object

SINGLE = "model.safetensors"
INDEX = "model.safetensors.index.json"
MAX_HEADER = 100 << 20  # the format's own limit

# How each stored type is read; bfloat16 has no NumPy type and is widened by hand.
DTYPES: dict[str, np.dtype[Any]] = {
    "F32": np.dtype("<f4"),
    "F16": np.dtype("<f2"),
    "BF16": np.dtype("<u2"),
}


@dataclass(frozen=True)
class StoredTensor:
    """Where one tensor's values lie: `shape` is [out, in] or [n], `offset` counts from byte 0."""

    file: Path
    dtype: str
    shape: tuple[int, ...]
    offset: int


class Checkpoint:
    """The tensors of a Hugging Face model directory, by name. Use as a context manager."""

    def __init__(self, directory: Path) -> None:
        self._files: dict[Path, BinaryIO] = {}
        self.directory = directory
        if (directory / SINGLE).is_file():
            self.tensors = read_header(directory / SINGLE)
        elif (directory / INDEX).is_file():
            self.tensors = read_shards(directory / INDEX)
        else:
            raise FileError(
                f"{directory}: has neither {SINGLE} nor {INDEX}; save the model with"
                " save_pretrained(..., safe_serialization=True)."
            )

    def __enter__(self) -> Checkpoint:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for file in self._files.values():
            file.close()

    def read_rows(self, name: str, first: int, count: int) -> npt.NDArray[np.float32]:
        """Rows [first, first + count) of a matrix, float32 [count, in]; of a vector, [1, n]."""
        tensor = self.tensors[name]
        if tensor.dtype not in DTYPES:
            raise UnsupportedModelError(
                f"{tensor.file}: tensor '{name}' is stored as {tensor.dtype}; save the model as"
                " float32, float16 or bfloat16 first."
            )
        dtype = DTYPES[tensor.dtype]
        columns = tensor.shape[-1]
        raw = np.empty((count, columns), dtype)
        self._read_into(tensor.file, tensor.offset + first * columns * dtype.itemsize, raw, name)
        if tensor.dtype == "BF16":
            wide = raw.astype(np.uint32)
            wide <<= 16
            return wide.view(np.float32)
        values: npt.NDArray[np.float32] = raw.astype(np.float32, copy=False)
        return values

    def _read_into(self, path: Path, offset: int, out: npt.NDArray[Any], name: str) -> None:
        left = out.data.cast("B")
        try:
            if path not in self._files:
                self._files[path] = path.open("rb", buffering=0)
            self._files[path].seek(offset)
            while left:
                n = self._files[path].readinto(left)  # type: ignore[attr-defined]
                if not n:
                    raise ModelFormatError(f"{path}: ended inside '{name}'; download it again.")
                left = left[n:]
        except OSError as error:
            raise FileError(f"{path}: cannot be read ({error.strerror}).") from error


def read_shards(index: Path) -> dict[str, StoredTensor]:
    """The tensors of all shards that `index` names."""
    weight_map = read_object(index).get("weight_map")
    if not isinstance(weight_map, dict) or not all(
        isinstance(file, str) and Path(file).name == file for file in weight_map.values()
    ):
        raise ModelFormatError(f"{index}: 'weight_map' must name files of this directory.")
    shards: dict[str, dict[str, StoredTensor]] = {}
    for file in sorted(set(weight_map.values())):
        path = index.parent / file
        if not path.is_file():
            raise FileError(f"{path}: shard is missing, though {INDEX} names it; download it.")
        shards[file] = read_header(path)
    lost = [name for name, file in weight_map.items() if name not in shards[file]]
    if lost:
        raise ModelFormatError(
            f"{index.parent / weight_map[lost[0]]}: lacks tensor '{lost[0]}' that {INDEX} places"
            " there; download both again."
        )
    return {name: shards[file][name] for name, file in weight_map.items()}


def read_header(path: Path) -> dict[str, StoredTensor]:
    """The tensors of one safetensors file, every length and offset checked against its size."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = 8 + int.from_bytes(file.read(8), "little")
            if size < 8 or start > size or start - 8 > MAX_HEADER:
                raise ModelFormatError(
                    f"{path}: not a safetensors file or a truncated one; download it again."
                )
            text = file.read(start - 8)
    except OSError as error:
        raise FileError(f"{path}: cannot be read ({error.strerror}).") from error
    try:
        header = json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise ModelFormatError(f"{path}: header is damaged ({error}).") from error
    if not isinstance(header, dict):
        raise ModelFormatError(f"{path}: header is damaged (no object).")
    header.pop("__metadata__", None)
    tensors = {name: _entry(path, name, entry, start, size) for name, entry in header.items()}
    _check_layout(path, header, size - start)
    return tensors


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    entries = dict(pairs)
    if len(entries) != len(pairs):
        raise ValueError("a name appears twice")
    return entries


def _entry(path: Path, name: str, entry: Any, start: int, size: int) -> StoredTensor:
    def is_sizes(value: Any) -> bool:
        return isinstance(value, list) and all(type(n) is int and n >= 0 for n in value)

    if (
        not isinstance(entry, dict)
        or not isinstance(entry.get("dtype"), str)
        or not is_sizes(entry.get("shape"))
        or not is_sizes(entry.get("data_offsets"))
        or len(entry["data_offsets"]) != 2
    ):
        raise ModelFormatError(f"{path}: header entry of tensor '{name}' is damaged.")
    begin, end = entry["data_offsets"]
    if start + end > size:
        raise ModelFormatError(
            f"{path}: truncated: tensor '{name}' ends at byte {start + end:,} of {size:,};"
            " download it again."
        )
    dtype, shape = entry["dtype"], tuple(entry["shape"])
    if dtype in DTYPES and end - begin != prod(shape) * DTYPES[dtype].itemsize:
        raise ModelFormatError(
            f"{path}: tensor '{name}' of shape {list(shape)} and type {dtype} occupies"
            f" {end - begin:,} bytes, which does not fit; download the file again."
        )
    return StoredTensor(path, dtype, shape, start + begin)


def _check_layout(path: Path, header: dict[str, Any], n_bytes: int) -> None:
    """The format allows neither holes nor overlaps nor bytes after the last tensor."""
    at = 0
    for begin, end in sorted(entry["data_offsets"] for entry in header.values()):
        if begin != at or end < begin:
            raise ModelFormatError(f"{path}: tensors overlap or leave a hole at data byte {at:,}.")
        at = end
    if at != n_bytes:
        raise ModelFormatError(f"{path}: {n_bytes - at:,} bytes follow the last tensor.")
