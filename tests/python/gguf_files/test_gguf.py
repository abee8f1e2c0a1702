"""GGUF files as they come: versions, split ones, cut short, and ending with their last block."""

from __future__ import annotations

import dataclasses
import struct
from pathlib import Path

import numpy as np
import pytest
from gguf import GGUFReader, GGUFWriter
from gguf_support import ARRAY, GEOMETRY, after, logits, patched, refusal, renamed, rewritten

import make_checkpoint as mc
from qwen3lite import _core
from qwen3lite.convert import convert
from qwen3lite.errors import (
    FileError,
    InvalidArgumentError,
    ModelFormatError,
    UnsupportedModelError,
)

# Versions and split files


def test_version_2_is_read_as_version_3(original: bytes, model_path: Path, tmp_path: Path) -> None:
    (tmp_path / "v2.gguf").write_bytes(patched(original, 4, struct.pack("<I", 2)))
    np.testing.assert_array_equal(logits(tmp_path / "v2.gguf"), logits(model_path))


def split(source: Path, directory: Path, n_parts: int) -> list[Path]:
    """The model in parts, its metadata in the first, as llama.cpp's own tool splits."""
    reader = GGUFReader(source)
    tensors = np.array_split(np.arange(len(reader.tensors)), n_parts)
    paths = []
    for part, chosen in enumerate(tensors):
        path = directory / f"model-{part + 1:05d}-of-{n_parts:05d}.gguf"
        writer = GGUFWriter(path, reader.fields["general.architecture"].contents())
        for key, field in reader.fields.items():
            if part > 0 or key.startswith("GGUF.") or key == "general.architecture":
                continue
            value, type = field.contents(), field.types[0]
            writer.add_key_value(key, value, type, field.types[-1] if type == ARRAY else None)
        writer.add_uint16("split.no", part)
        writer.add_uint16("split.count", n_parts)
        writer.add_int32("split.tensors.count", len(reader.tensors))
        for i in chosen:
            tensor = reader.tensors[i]
            writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        paths.append(path)
    return paths


@pytest.mark.parametrize("n_parts", [1, 2, 3])
def test_split_files(n_parts: int, model_path: Path, tmp_path: Path) -> None:
    parts = split(model_path, tmp_path, n_parts)
    np.testing.assert_array_equal(logits(parts[0]), logits(model_path))
    opened = _core.GgufFile(str(parts[0]))
    assert opened.file_bytes == sum(part.stat().st_size for part in parts)
    tensors = GGUFReader(model_path).tensors
    assert {t[0] for t in opened.tensors} == {t.name for t in tensors}
    for tensor in tensors:
        rows = opened.rows(tensor.name)
        assert len(rows) == np.prod(tensor.shape[1:])
        assert rows.tobytes() == tensor.data.tobytes()


def test_bytes_of_tensors_outlive_their_file_and_cannot_be_written(model_path: Path) -> None:
    rows = _core.GgufFile(str(model_path)).rows("output_norm.weight")
    assert rows.tobytes() == rows.copy().tobytes()
    with pytest.raises(ValueError, match="read-only"):
        rows[0, 0] = 1
    with pytest.raises(InvalidArgumentError, match=r"has no tensor 'x'$"):
        _core.GgufFile(str(model_path)).rows("x")


def test_split_files_that_do_not_belong_together(model_path: Path, tmp_path: Path) -> None:
    parts = split(model_path, tmp_path, 3)
    with pytest.raises(ModelFormatError, match="part 2 of a split model"):
        logits(parts[1])

    copy = tmp_path / "renamed.gguf"
    copy.write_bytes(parts[0].read_bytes())
    with pytest.raises(ModelFormatError, match=r"renamed\.gguf.*3 parts.*-00001-of-"):
        logits(copy)

    second, third = parts[1].read_bytes(), parts[2].read_bytes()
    parts[1].write_bytes(third)
    with pytest.raises(ModelFormatError, match=rf"{parts[1].name}.*part 3.*not part 2"):
        logits(parts[0])
    parts[1].write_bytes(renamed(second, "split.no", "split.mo"))
    with pytest.raises(ModelFormatError, match=rf"{parts[1].name}.*split\.no"):
        logits(parts[0])
    parts[1].write_bytes(parts[0].read_bytes()[:-1])
    with pytest.raises(ModelFormatError, match=parts[1].name):
        logits(parts[0])
    parts[1].unlink()
    with pytest.raises(FileError, match=parts[1].name):
        logits(parts[0])


def test_split_counts_out_of_range(model_path: Path, tmp_path: Path) -> None:
    first = split(model_path, tmp_path, 2)[0]
    data = first.read_bytes()
    position = after(data, "split.count") + 4
    for count in (0, 3):
        message = refusal(first, patched(data, position, struct.pack("<H", count)))
        assert "split.count" in message or "3 parts" in message
    position = after(data, "split.tensors.count") + 4
    for count in (0, 1000, -1):
        message = refusal(first, patched(data, position, struct.pack("<i", count)))
        assert "split.tensors.count" in message


# Damage to the file as a whole


def test_truncated_anywhere(original: bytes, tmp_path: Path) -> None:
    """Cut at every length of the header in steps, and of the data: an error, never a crash."""
    path = tmp_path / "cut.gguf"
    header = after(original, "output_norm.weight") + 64
    lengths = {*range(1, 64), *range(64, header, 97), *range(header, len(original), 4099)}
    for length in sorted({*lengths, len(original) - 1}):
        message = refusal(path, original[:length])
        assert "truncated" in message or length < 24
    path.write_bytes(b"")
    with pytest.raises(FileError, match=r"cut\.gguf.*empty"):
        logits(path)


def test_no_file_and_no_regular_file(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"missing\.gguf"):
        _core.Engine(str(tmp_path / "missing.gguf"), 1, 64, "f16")
    with pytest.raises(FileError, match="not a regular file"):
        _core.Engine(str(tmp_path), 1, 64, "f16")


def test_wrong_magic_and_versions(original: bytes, tmp_path: Path) -> None:
    path = tmp_path / "head.gguf"
    for magic in (b"GGML", b"FUGG", b"PK\x03\x04", b"\0\0\0\0"):
        assert "magic" in refusal(path, patched(original, 0, magic))
    for version in (0, 1, 4, 3 << 24, 0xFFFFFFFF):
        content = patched(original, 4, struct.pack("<I", version))
        assert str(version) in refusal(path, content, UnsupportedModelError)


def test_false_counts(original: bytes, tmp_path: Path) -> None:
    """Counts larger than the truth run into what follows; no memory is taken in advance."""
    n_tensors, n_keys = struct.unpack_from("<QQ", original, 8)
    for offset, true_count in ((8, n_tensors), (16, n_keys)):
        for count in (true_count + 1, 1 << 31, 1 << 62, (1 << 64) - 1):
            refusal(tmp_path / "counts.gguf", patched(original, offset, struct.pack("<Q", count)))
    message = refusal(tmp_path / "counts.gguf", patched(original, 8, struct.pack("<Q", 3)))
    assert "has no tensor" in message


def test_a_rewritten_copy_is_the_same_model(model_path: Path, tmp_path: Path) -> None:
    """Of this file's own tool: only what a test changes is wrong."""
    np.testing.assert_array_equal(
        logits(rewritten(model_path, tmp_path / "same.gguf", {})), logits(model_path)
    )


# The end of the file


def last_block_at_the_end(model_path: Path, path: Path) -> bytes:
    """The model without padding behind its last tensor."""
    data = model_path.read_bytes()
    path.write_bytes(data)
    tensors = GGUFReader(path).tensors
    return data[: max(t.data_offset + t.n_bytes for t in tensors)]


@pytest.mark.parametrize("type", ["f32", "f16", "q8_0", "q4_0"])
def test_a_file_may_end_with_its_last_block(type: str, tmp_path: Path) -> None:
    geometry = dataclasses.replace(GEOMETRY, tied=False)
    checkpoint = mc.make_checkpoint(tmp_path / "hf", geometry, seed=42)
    convert(checkpoint, tmp_path / "padded.gguf", type)
    data = last_block_at_the_end(tmp_path / "padded.gguf", tmp_path / "scratch.gguf")
    (tmp_path / "exact.gguf").write_bytes(data)
    np.testing.assert_array_equal(logits(tmp_path / "exact.gguf"), logits(tmp_path / "padded.gguf"))
    assert "truncated" in refusal(tmp_path / "short.gguf", data[:-1])
