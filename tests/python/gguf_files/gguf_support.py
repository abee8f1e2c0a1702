"""Ways to open, to change and to damage GGUF files, at places found by their own names."""

from __future__ import annotations

import dataclasses
import struct
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from gguf import GGUFReader, GGUFValueType, GGUFWriter

import make_checkpoint as mc
from qwen3lite import Model
from qwen3lite.errors import ModelFormatError, Qwen3LiteError

GEOMETRY = dataclasses.replace(
    mc.GEOMETRIES["qwen3", "tiny"], layers=1, hidden=32, heads=2, kv_heads=1, head_dim=16, ff=64
)
IDS = [1, 2, 300, 4]
U32, STRING, ARRAY = GGUFValueType.UINT32, GGUFValueType.STRING, GGUFValueType.ARRAY


def logits(path: Path) -> npt.NDArray[np.float32]:
    """Of both roles, one above the other."""
    model = Model(path, n_threads=1, n_ctx=64)
    return np.concatenate([model.logits(IDS), model.logits(IDS, role="generated")])


def refusal(path: Path, content: bytes, error: type[Qwen3LiteError] = ModelFormatError) -> str:
    """The message with which a model file of this content is refused."""
    path.write_bytes(content)
    with pytest.raises(error) as caught:
        logits(path)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    return message


def name_of(text: str) -> bytes:
    """A key or tensor name as it stands in a file."""
    return struct.pack("<Q", len(text)) + text.encode()


def after(data: bytes, text: str) -> int:
    """Where the name's own bytes end; it occurs once."""
    name = name_of(text)
    assert data.count(name) == 1
    return data.index(name) + len(name)


def patched(data: bytes, position: int, new: bytes) -> bytes:
    return data[:position] + new + data[position + len(new) :]


def renamed(data: bytes, old: str, new: str) -> bytes:
    assert len(old) == len(new)
    return data.replace(name_of(old), name_of(new))


def rewritten(
    source: Path,
    path: Path,
    values: dict[str, Any],
    tensors: dict[str, npt.NDArray[np.float32]] | None = None,
) -> Path:
    """A copy of a GGUF file with other or further keys, of types of their own, and tensors.

    None leaves a key out.
    """
    reader = GGUFReader(source)
    writer = GGUFWriter(path, "unused")
    writer.kv_data[0].clear()
    for key, field in reader.fields.items():
        if not key.startswith("GGUF.") and key not in values:
            kind = field.types[0]
            element = field.types[-1] if kind == ARRAY else None
            writer.add_key_value(key, field.contents(), kind, element)
    types = {int: GGUFValueType.INT64, float: GGUFValueType.FLOAT32, str: STRING, list: ARRAY}
    types[bool] = GGUFValueType.BOOL
    for key, value in values.items():
        if value is not None:
            element = types[type(value[0])] if isinstance(value, list) else None
            writer.add_key_value(key, value, types[type(value)], element)
    for tensor in reader.tensors:
        writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
    for name, data in (tensors or {}).items():
        writer.add_tensor(name, data)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


class Entry:
    """Where a tensor's entry lies in a file: its rank, shape, type and offset."""

    def __init__(self, data: bytes, name: str) -> None:
        self.rank = after(data, name)
        (n_dims,) = struct.unpack_from("<I", data, self.rank)
        self.shape = self.rank + 4
        self.type = self.shape + 8 * n_dims
        self.offset = self.type + 4


def u64(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}Q", *values)
