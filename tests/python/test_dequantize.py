"""tools/dequantize: values against gguf-py's decoders, metadata, parts, refusals."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from gguf import GGUFReader, GGUFWriter, quants
from gguf.constants import GGMLQuantizationType

import dequantize as tool
from dequantize import dequantize
from qwen3lite import _core
from qwen3lite.errors import FileError, UnsupportedModelError

Shapes = dict[str, tuple[int, ...]]
SHAPES: Shapes = {"matrix": (5, 512), "experts": (3, 4, 256), "odd": (7, 768)}


def write_model(path: Path, format: str, **writer_options: Any) -> Path:
    """A file with matrices and a stack of experts in one format, and a vector."""
    writer = GGUFWriter(path, "qwen3moe", **writer_options)
    writer.add_string("general.name", "naïve")
    writer.add_custom_alignment(64)
    writer.add_file_type(7)
    writer.add_uint16("qwen3moe.small", 3)
    writer.add_float64("qwen3moe.precise", 0.1)
    writer.add_array("tokenizer.ggml.tokens", ["a", "Ġb", "<|c|>"])
    writer.add_array("tokenizer.ggml.scores", [0.5, -1.25])
    writer.add_bool("qwen3moe.expert_weights_norm", False)
    for i, (name, shape) in enumerate(SHAPES.items()):
        x = np.random.default_rng(i).standard_normal(shape, dtype=np.float32)
        blocks = _core.encode(format, x.reshape(-1, shape[-1])).reshape(*shape[:-1], -1)
        writer.add_tensor(name, blocks, raw_dtype=GGMLQuantizationType[format])
    writer.add_tensor("vector", np.arange(33, dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def fields(path: Path) -> list[tuple[str, Any, Any]]:
    items = GGUFReader(path).fields.items()
    return [(key, f.types, f.contents()) for key, f in items if not key.startswith("GGUF.")]


def expected_values(path: Path) -> dict[str, npt.NDArray[np.float32]]:
    values = {}
    for tensor in GGUFReader(path).tensors:
        x: npt.NDArray[Any] = np.asarray(tensor.data)
        if tensor.tensor_type not in (GGMLQuantizationType.F32, GGMLQuantizationType.F16):
            x = quants.dequantize(x, tensor.tensor_type)
        values[tensor.name] = x.astype(np.float32)
    return values


@pytest.mark.parametrize("format", _core.formats())
def test_values_are_those_of_gguf_py(format: str, tmp_path: Path) -> None:
    src = write_model(tmp_path / "model.gguf", format)
    assert dequantize(src, tmp_path / "f32.gguf") == tmp_path / "f32.gguf"
    expected = expected_values(src)
    tensors = GGUFReader(tmp_path / "f32.gguf").tensors
    assert [t.name for t in tensors] == [*SHAPES, "vector"]
    for tensor in tensors:
        assert tensor.tensor_type == GGMLQuantizationType.F32
        assert tensor.data.shape == SHAPES.get(tensor.name, (33,))
        np.testing.assert_array_equal(tensor.data, expected[tensor.name])
        assert tensor.data_offset % 64 == 0


def test_metadata_keep_types_and_order(tmp_path: Path) -> None:
    src = write_model(tmp_path / "model.gguf", "Q4_0")
    before, after = fields(src), fields(dequantize(src, tmp_path / "f32.gguf"))
    assert ("general.file_type", 7) in [(key, value) for key, _, value in before]
    assert after == [
        (key, types, 0 if key == "general.file_type" else value) for key, types, value in before
    ]


def test_block_size_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    src = write_model(tmp_path / "model.gguf", "Q6_K")
    whole = dequantize(src, tmp_path / "one.gguf").read_bytes()
    monkeypatch.setattr(tool, "BLOCK_VALUES", 1000)
    sizes = [len(x) for x in tool.StoredTensor("odd", "F32", (7, 256), src, 0).values()]
    assert sizes == [3, 3, 1]
    assert dequantize(src, tmp_path / "many.gguf").read_bytes() == whole


def test_a_split_model_becomes_one_file(tmp_path: Path) -> None:
    whole = dequantize(write_model(tmp_path / "model.gguf", "Q8_0"), tmp_path / "whole.gguf")
    write_model(tmp_path / "split.gguf", "Q8_0", split_max_tensors=2)
    parts = sorted(tmp_path.glob("split-*"))
    assert [part.name[5:] for part in parts] == ["-00001-of-00002.gguf", "-00002-of-00002.gguf"]
    joined = dequantize(parts[0], tmp_path / "joined.gguf")
    assert joined.read_bytes() == whole.read_bytes()
    parts[1].unlink()
    with pytest.raises(FileError, match="00002-of-00002"):
        dequantize(parts[0], tmp_path / "again.gguf")


def test_a_tensor_without_decoder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = GGUFWriter(tmp_path / "model.gguf", "qwen3")
    writer.add_tensor("known", np.zeros((2, 32), np.float32))
    writer.add_tensor("ids", np.zeros(8, np.int32))
    blocks = np.zeros((2, 84), np.uint8)
    writer.add_tensor("two bits", blocks, raw_dtype=GGMLQuantizationType.Q2_K)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    message = r"model\.gguf: 2 tensors have no decoder: 'ids' \(I32\), 'two bits' \(Q2_K\); q"
    with pytest.raises(UnsupportedModelError, match=message):
        dequantize(tmp_path / "model.gguf", tmp_path / "f32.gguf")
    assert not (tmp_path / "f32.gguf").exists()
    words = ["dequantize.py", str(tmp_path / "model.gguf"), str(tmp_path / "f32.gguf")]
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit, match="have no decoder"):
        tool.main()
