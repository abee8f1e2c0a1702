"""Damage of every kind to the keys and tensors of a GGUF file.

It gives a typed error of one sentence that names the file and, where there is one, the key or
tensor.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from gguf_support import (
    ARRAY,
    U32,
    Entry,
    after,
    logits,
    name_of,
    patched,
    refusal,
    renamed,
    rewritten,
    u64,
)

from qwen3lite import _core
from qwen3lite.errors import ModelFormatError, Qwen3LiteError, UnsupportedModelError

# Damage to keys


def test_duplicate_names(original: bytes, tmp_path: Path) -> None:
    path = tmp_path / "twice.gguf"
    message = refusal(path, renamed(original, "qwen3.block_count", "qwen3.feed_forwar"))
    assert "'qwen3.block_count' is missing" in message
    data = renamed(original, "blk.0.attn_k.weight", "blk.0.attn_v.weight")
    assert "'blk.0.attn_v.weight' occurs twice" in refusal(path, data)
    data = renamed(original, "tokenizer.ggml.merges", "tokenizer.ggml.tokens")
    assert "'tokenizer.ggml.tokens' occurs twice" in refusal(path, data)


@pytest.mark.parametrize("length", [1 << 20, 1 << 31, 1 << 63, (1 << 64) - 1])
def test_false_lengths(original: bytes, tmp_path: Path, length: int) -> None:
    path, count = tmp_path / "long.gguf", struct.pack("<Q", length)
    key = after(original, "qwen3.block_count") - len("qwen3.block_count") - 8
    refusal(path, patched(original, key, count))
    text = after(original, "general.architecture") + 4
    refusal(path, patched(original, text, count))
    for name in ("tokenizer.ggml.tokens", "tokenizer.ggml.token_type"):
        message = refusal(path, patched(original, after(original, name) + 8, count))
        assert name in message or "string" in message
    tensor = after(original, "output_norm.weight") - len("output_norm.weight") - 8
    refusal(path, patched(original, tensor, count))


@pytest.mark.parametrize("type", [13, 99, 0xFFFFFFFF, ARRAY])
def test_unknown_value_types(original: bytes, tmp_path: Path, type: int) -> None:
    path, number = tmp_path / "type.gguf", struct.pack("<I", type)
    message = refusal(path, patched(original, after(original, "qwen3.block_count"), number))
    assert "'qwen3.block_count'" in message or type == ARRAY
    elements = after(original, "tokenizer.ggml.tokens") + 4
    message = refusal(path, patched(original, elements, number))
    assert "'tokenizer.ggml.tokens'" in message


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("general.architecture", "qwen9", "'qwen9'"),
        ("general.architecture", 7, "general.architecture"),
        ("qwen3.block_count", "one", "qwen3.block_count"),
        ("qwen3.block_count", 0, "qwen3.block_count"),
        ("qwen3.block_count", 2, "'blk.1."),
        ("qwen3.block_count", 1 << 30, "qwen3.block_count"),
        ("qwen3.embedding_length", 64, "'token_embd.weight'"),
        ("qwen3.embedding_length", 1 << 31, "qwen3.embedding_length"),
        ("qwen3.feed_forward_length", 96, "'blk.0.ffn_"),
        ("qwen3.attention.head_count", 3, "'blk.0.attn_q.weight'"),
        ("qwen3.attention.head_count", 1 << 20, "qwen3.attention."),
        ("qwen3.attention.head_count_kv", 3, "qwen3.attention.head_count_kv"),
        ("qwen3.attention.key_length", 32, "qwen3.attention.value_length"),
        ("qwen3.attention.key_length", 1 << 20, "qwen3."),
        ("qwen3.context_length", -4096, "qwen3.context_length"),
        ("qwen3.rope.freq_base", float("nan"), "qwen3.rope.freq_base"),
        ("qwen3.rope.freq_base", -1.0, "qwen3.rope.freq_base"),
        ("qwen3.attention.layer_norm_rms_epsilon", 0.0, "layer_norm_rms_epsilon"),
        ("tokenizer.ggml.model", "llama", "'llama'"),
        ("tokenizer.ggml.pre", "unheard", "'unheard'"),
        ("tokenizer.ggml.eos_token_id", 1 << 31, "tokenizer.ggml.eos_token_id"),
    ],
)
def test_wrong_values(
    key: str, value: int | float | str, says: str, model_path: Path, tmp_path: Path
) -> None:
    path = rewritten(model_path, tmp_path / "wrong.gguf", {key: value})
    with pytest.raises((ModelFormatError, UnsupportedModelError)) as caught:
        logits(path)
    assert says in str(caught.value)
    assert str(path) in str(caught.value)


def test_head_sizes_whose_product_overflows(model_path: Path, tmp_path: Path) -> None:
    attention = "qwen3.attention."
    keys = ("head_count", "head_count_kv", "key_length", "value_length")
    values = {attention + key: 1 << 20 for key in keys}
    path = rewritten(model_path, tmp_path / "heads.gguf", values)
    with pytest.raises(ModelFormatError, match=rf"heads\.gguf.*{attention}"):
        logits(path)


REQUIRED = [
    "general.architecture",
    "qwen3.block_count",
    "qwen3.embedding_length",
    "qwen3.feed_forward_length",
    "qwen3.attention.head_count",
    "qwen3.context_length",
    "tokenizer.ggml.model",
    "tokenizer.ggml.tokens",
    "tokenizer.ggml.merges",
]


@pytest.mark.parametrize("key", REQUIRED)
def test_missing_keys(key: str, original: bytes, tmp_path: Path) -> None:
    data = renamed(original, key, key[:-1] + "X")
    assert re.search(f"'?{re.escape(key)}'? is missing", refusal(tmp_path / "less.gguf", data))


# Damage to tensors


SHAPES = [
    ("overflows 64 bits", u64(1 << 32, 1 << 32)),
    ("overflows when counted in bytes", u64(1 << 61, 4)),
    ("negative", u64((1 << 64) - 32, 64)),
    ("empty", u64(32, 0)),
    ("no whole block", u64(33, 64)),
    ("beyond the file", u64(32, 1 << 40)),
    ("other rows", u64(32, 32)),
    ("other columns", u64(64, 32)),
]


@pytest.mark.parametrize("shape", [s for _, s in SHAPES], ids=[name for name, _ in SHAPES])
def test_wrong_shapes(shape: bytes, original: bytes, tmp_path: Path) -> None:
    name = "blk.0.ffn_gate.weight"
    data = patched(original, Entry(original, name).shape, shape)
    assert f"'{name}'" in refusal(tmp_path / "shape.gguf", data)


@pytest.mark.parametrize("offset", [1, 16, 1 << 40, (1 << 63), (1 << 64) - 32])
def test_wrong_offsets(offset: int, original: bytes, tmp_path: Path) -> None:
    name = "blk.0.ffn_gate.weight"
    data = patched(original, Entry(original, name).offset, u64(offset))
    message = refusal(tmp_path / "offset.gguf", data)
    assert f"'{name}'" in message
    assert ("aligned" if offset < 32 else "beyond the end") in message


def test_wrong_ranks_and_types(original: bytes, tmp_path: Path) -> None:
    path, name = tmp_path / "tensor.gguf", "blk.0.ffn_gate.weight"
    entry = Entry(original, name)
    for rank in (0, 5, 0xFFFFFFFF):
        message = refusal(path, patched(original, entry.rank, struct.pack("<I", rank)))
        assert f"'{name}'" in message
    unknown = patched(original, entry.type, struct.pack("<I", 777))
    message = refusal(path, unknown, UnsupportedModelError)
    assert f"'{name}'" in message
    assert "777" in message
    # Known to ggml and of a size that fits, but without kernels here.
    unsupported = patched(original, entry.type, struct.pack("<I", 20))
    message = refusal(path, unsupported, UnsupportedModelError)
    assert f"'{name}'" in message
    assert "IQ4_NL" in message
    norm = Entry(original, "blk.0.attn_norm.weight")
    message = refusal(path, patched(original, norm.type, struct.pack("<I", 1)))
    assert "'blk.0.attn_norm.weight'" in message


def test_missing_tensors(original: bytes, model_path: Path, tmp_path: Path) -> None:
    names = [name for name, *_ in _core.GgufFile(str(model_path)).tensors]
    assert len(names) == 13
    for name in names:
        message = refusal(tmp_path / "less.gguf", renamed(original, name, name[:-1] + "X"))
        assert f"'{name}'" in message


@pytest.mark.parametrize("alignment", [0, 3, 1 << 31])
def test_wrong_alignments(alignment: int, model_path: Path, tmp_path: Path) -> None:
    def with_alignment(value: int) -> bytes:
        data = rewritten(model_path, tmp_path / "a.gguf", {"general.name": "x"}).read_bytes()
        # A key of the same length takes the name's place, with its 32-bit value.
        start = data.index(name_of("general.name"))
        end = start + len(name_of("general.name")) + 4 + len(name_of("x"))
        key = name_of("general.alignment") + struct.pack("<II", U32, value)
        return data[:start] + key + data[end:]

    message = refusal(tmp_path / "b.gguf", with_alignment(alignment))
    assert "general.alignment" in message


# Seeded mutations; tests/cpp/fuzz does many more, under sanitizers


def test_mutated_headers(original: bytes, tmp_path: Path) -> None:
    rng = np.random.default_rng(43)
    header = after(original, "output_norm.weight") + 64
    edits: list[Callable[[bytearray, int], None]] = [
        lambda data, at: data.__setitem__(at, data[at] ^ 1 << int(rng.integers(8))),
        lambda data, at: data.__setitem__(at, int(rng.integers(256))),
        lambda data, at: data.__setitem__(slice(at, at + 8), rng.bytes(8)),
        lambda data, at: data.__delitem__(slice(at, at + int(rng.integers(1, 9)))),
        lambda data, at: data.__setitem__(slice(at, at), rng.bytes(int(rng.integers(1, 9)))),
    ]
    path = tmp_path / "mutated.gguf"
    refusals = []
    for _ in range(1000):
        data = bytearray(original)
        edits[int(rng.integers(len(edits)))](data, int(rng.integers(header)))
        path.write_bytes(data)
        try:
            logits(path)
        except Qwen3LiteError as error:
            refusals.append(str(error))
    assert 100 < len(refusals) < 990
    assert all(str(path) in message for message in refusals)
