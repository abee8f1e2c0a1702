"""GgufFile: metadata of every type and the tensor list, as gguf-py writes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gguf import GGUFValueType, GGUFWriter

from qwen3lite import _core

SCALARS: dict[GGUFValueType, Any] = {
    GGUFValueType.UINT8: 255,
    GGUFValueType.INT8: -128,
    GGUFValueType.UINT16: 65535,
    GGUFValueType.INT16: -32768,
    GGUFValueType.UINT32: (1 << 32) - 1,
    GGUFValueType.INT32: -(1 << 31),
    GGUFValueType.FLOAT32: 0.5,
    GGUFValueType.BOOL: True,
    GGUFValueType.STRING: "Köln 東京",
    GGUFValueType.UINT64: (1 << 64) - 1,
    GGUFValueType.INT64: -(1 << 63),
    GGUFValueType.FLOAT64: 0.1,
}


@pytest.fixture
def path(tmp_path: Path) -> str:
    writer = GGUFWriter(tmp_path / "all.gguf", "some")
    for kind, value in SCALARS.items():
        writer.add_key_value(kind.name, value, kind)
        writer.add_key_value(f"{kind.name}S", [value, value], GGUFValueType.ARRAY, kind)
    writer.add_key_value("bytes", b"\xff\xfeok", GGUFValueType.STRING)
    writer.add_tensor("matrix", np.zeros((3, 64), np.float32))
    writer.add_tensor("vector", np.zeros(5, np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return str(tmp_path / "all.gguf")


def test_metadata_of_every_type(path: str) -> None:
    metadata = _core.GgufFile(path).metadata
    for kind, value in SCALARS.items():
        assert metadata[kind.name] == value
        assert type(metadata[kind.name]) is type(value)
        array = metadata[f"{kind.name}S"]
        assert isinstance(array, _core.GgufArray)
        assert len(array) == 2
        assert array.values() == [value, value]
    assert metadata["bytes"] == "\N{REPLACEMENT CHARACTER}" * 2 + "ok"
    assert next(iter(metadata)) == "general.architecture"


def test_arrays_keep_their_file(path: str) -> None:
    array = _core.GgufFile(path).metadata["STRINGS"]
    assert isinstance(array, _core.GgufArray)
    assert array.values() == ["Köln 東京"] * 2


def test_tensors_have_rows_before_columns(path: str) -> None:
    file = _core.GgufFile(path)
    assert file.tensors == [("matrix", "F32", (3, 64), 768), ("vector", "F16", (5,), 10)]
    assert file.file_bytes > 768
