"""What the converter refuses: each in one sentence that names the culprit."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from convert_support import TINY, edit_header, edit_json, set_config, set_tokenizer

import make_checkpoint as mc
from qwen3lite.convert import convert
from qwen3lite.convert.checkpoint import Checkpoint
from qwen3lite.errors import (
    FileError,
    InvalidArgumentError,
    ModelFormatError,
    Qwen3LiteError,
    UnsupportedModelError,
)


def shorten(src: Path) -> None:
    path = src / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1000])


def drop_tensor(src: Path) -> None:
    edit_header(src, lambda header: header.pop("model.norm.weight"))


def put_value(value: float) -> Callable[[Path], None]:
    def change(src: Path) -> None:
        path = src / "model.safetensors"
        data = path.read_bytes()
        path.write_bytes(data[:-4] + np.float32(value).tobytes())

    return change


def remove(name: str) -> Callable[[Path], None]:
    return lambda src: (src / name).unlink()


def scale_type(kind: str) -> Callable[[Path], None]:
    return set_config(rope_scaling={"rope_type": kind, "factor": 2.0})


REFUSED: list[tuple[str, Callable[[Path], None], type[Qwen3LiteError], str]] = [
    ("no config", remove("config.json"), FileError, "has no config.json"),
    ("no weights", remove("model.safetensors"), FileError, "model.safetensors.index.json"),
    ("no tokenizer", remove("tokenizer.json"), FileError, "has no tokenizer.json"),
    ("architecture", set_config(architectures=["GemmaForCausalLM"]), UnsupportedModelError,
     "architecture GemmaForCausalLM is not supported"),
    ("quantised", set_config(quantization_config={"bits": 4}), UnsupportedModelError,
     "'quantization_config'"),
    ("sliding window", set_config(use_sliding_window=True), UnsupportedModelError,
     "'use_sliding_window'"),
    ("activation", set_config(hidden_act="gelu"), UnsupportedModelError, "'hidden_act' = 'gelu'"),
    ("rope", scale_type("longrope"), UnsupportedModelError, "rope scaling 'longrope'"),
    ("llama3 rope", scale_type("llama3"), UnsupportedModelError,
     "'llama3' is not supported for qwen3"),
    ("yarn mscale", set_config(rope_scaling={"type": "yarn", "factor": 2.0, "mscale": 0.7}),
     UnsupportedModelError, "'mscale' is not supported"),
    ("far too many layers", set_config(num_hidden_layers=2**31 - 1), ModelFormatError,
     "asks for 2,147,483,647 layers"),
    ("layers", set_config(num_hidden_layers="two"), ModelFormatError, "'num_hidden_layers'"),
    ("eps", set_config(rms_norm_eps=-1), ModelFormatError, "'rms_norm_eps'"),
    ("more layers", set_config(num_hidden_layers=2), ModelFormatError,
     "lacks 11 tensors.*'model.layers.1.input_layernorm.weight'"),
    ("surplus", set_config(num_hidden_layers=1, architectures=["LlamaForCausalLM"]),
     UnsupportedModelError, "2 tensors that architecture llama.*'model.layers.0.self_attn.k_norm"),
    ("shape", set_config(intermediate_size=128), ModelFormatError,
     r"gate_proj.weight' has shape \[64, 64\], but config.json asks for \[128, 64\]"),
    ("truncated", shorten, ModelFormatError, "model.safetensors: truncated: tensor"),
    ("missing tensor", drop_tensor, ModelFormatError, "lacks 1 tensors.*'model.norm.weight'"),
    ("NaN", put_value(np.nan), ModelFormatError, "'model.norm.weight' holds values that are not"),
    ("infinity", put_value(-np.inf), ModelFormatError, "not finite"),
    ("model", set_tokenizer(model={"type": "Unigram", "vocab": {}}), UnsupportedModelError,
     "byte-level BPE"),
    ("pattern", set_tokenizer(pre_tokenizer={"type": "Whitespace"}), UnsupportedModelError,
     "tokenizer.json: normaliser NFC with pre-tokeniser"),
    ("normaliser", set_tokenizer(normalizer={"type": "NFKC"}), UnsupportedModelError, "NFKC"),
    ("added token", set_tokenizer(added_tokens=[{"id": 1}]), ModelFormatError, "added token"),
    ("token id", set_tokenizer(added_tokens=[{"id": 9999, "content": "x", "special": True}]),
     ModelFormatError, "'x' has id 9999"),
    ("shared id", set_tokenizer(added_tokens=[{"id": 3, "content": "x", "special": True}]),
     ModelFormatError, "share id 3"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("damage", "error", "message"),
    [case[1:] for case in REFUSED],
    ids=[case[0] for case in REFUSED],
)
def test_refused(
    damage: Callable[[Path], None],
    error: type[Qwen3LiteError],
    message: str,
    small: Path,
    tmp_path: Path,
) -> None:
    damage(small)
    with pytest.raises(error, match=message) as caught:
        convert(small, tmp_path / "out.gguf")
    assert str(tmp_path) in str(caught.value)
    assert str(caught.value).endswith(".")
    assert not list(tmp_path.glob("*.gguf"))


def test_refused_places_and_types(small: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentError, match="'q3_k' is unknown; choose one of f32, f16"):
        convert(small, tmp_path / "out.gguf", "q3_k")
    with pytest.raises(FileError, match="nowhere: no such directory"):
        convert(tmp_path / "nowhere", tmp_path / "out.gguf")
    with pytest.raises(FileError, match=r"nowhere/out\.gguf: there is no such directory"):
        convert(small, tmp_path / "nowhere" / "out.gguf")
    with pytest.raises(FileError, match="is a directory"):
        convert(small, small)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileError, match="no regular file"):
        convert(small, tmp_path / "pipe")
    assert (tmp_path / "pipe").is_fifo()


def test_f16_overflow_is_refused_and_bf16_is_not(small: Path, tmp_path: Path) -> None:
    def make_large(header: dict[str, Any]) -> None:
        header["model.layers.0.mlp.up_proj.weight"] = header.pop(
            "model.layers.0.mlp.up_proj.weight"
        )

    edit_header(small, make_large)  # up_proj comes last
    put_value(1e5)(small)
    with pytest.raises(ModelFormatError, match=r"up_proj\.weight' exceeds the range of F16"):
        convert(small, tmp_path / "out.gguf", "f16")
    convert(small, tmp_path / "out.gguf", "bf16")


def test_missing_shard_is_named(tmp_path: Path) -> None:
    src = mc.make_checkpoint(tmp_path / "m", TINY["qwen3"], shards=3)
    (src / "model-00002-of-00003.safetensors").unlink()
    with pytest.raises(FileError, match=r"model-00002-of-00003\.safetensors: shard is missing"):
        convert(src, tmp_path / "out.gguf")


def test_shard_names_stay_in_the_directory(tmp_path: Path) -> None:
    src = mc.make_checkpoint(tmp_path / "m", TINY["qwen3"], shards=2)
    edit_json(
        src / "model.safetensors.index.json",
        lambda index: index["weight_map"].update({"model.norm.weight": "../elsewhere"}),
    )
    with pytest.raises(ModelFormatError, match="must name files of this directory"):
        convert(src, tmp_path / "out.gguf")


F32_PAIR = {"dtype": "F32", "shape": [2]}


@pytest.mark.parametrize(
    ("header", "n_bytes", "message"),
    [
        ({"a": {**F32_PAIR, "data_offsets": [0, 8]}}, 7, "'a' ends at byte"),
        ({"a": {**F32_PAIR, "data_offsets": [0, 8]}}, 9, "1 bytes follow the last tensor"),
        ({"a": {**F32_PAIR, "data_offsets": [8, 16]}}, 16, "leave a hole at data byte 0"),
        ({n: {**F32_PAIR, "data_offsets": [0, 8]} for n in "ab"}, 8, "tensors overlap"),
        ({"a": {**F32_PAIR, "data_offsets": [0, 4]}}, 4, "occupies 4 bytes"),
        ({"a": {**F32_PAIR, "data_offsets": [8, 0]}}, 8, "occupies -8 bytes"),
        ({"a": {**F32_PAIR, "data_offsets": [-8, 0]}}, 8, "entry of tensor 'a' is damaged"),
        ({"a": {"dtype": "F32", "data_offsets": [0, 8]}}, 8, "entry of tensor 'a' is damaged"),
        ({"a": [1, 2]}, 8, "entry of tensor 'a' is damaged"),
        ([], 0, "no object"),
    ],
)
def test_damaged_layouts(header: Any, n_bytes: int, message: str, tmp_path: Path) -> None:
    write_header(tmp_path / "model.safetensors", json.dumps(header), n_bytes)
    with pytest.raises(ModelFormatError, match=message):
        Checkpoint(tmp_path)


def test_damaged_header_text(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    entry = json.dumps({**F32_PAIR, "data_offsets": [0, 8]})
    write_header(path, f'{{"a": {entry}, "a": {entry}}}', 8)
    with pytest.raises(ModelFormatError, match="a name appears twice"):
        Checkpoint(tmp_path)
    write_header(path, '{"a":', 8)
    with pytest.raises(ModelFormatError, match="header is damaged"):
        Checkpoint(tmp_path)
    for data in (b"", b"1234567", b"\xff" * 8, (1000).to_bytes(8, "little") + b"{}"):
        path.write_bytes(data)
        with pytest.raises(ModelFormatError, match="not a safetensors file or a truncated one"):
            Checkpoint(tmp_path)


def write_header(path: Path, text: str, n_bytes: int) -> None:
    path.write_bytes(len(text).to_bytes(8, "little") + text.encode() + bytes(n_bytes))


def test_mutated_headers_give_typed_errors(small: Path) -> None:
    path = small / "model.safetensors"
    good = path.read_bytes()
    n_header = 8 + int.from_bytes(good[:8], "little")
    rng = np.random.default_rng(3)
    n_refused = 0
    for _ in range(300):
        data = bytearray(good)
        for at in rng.integers(0, n_header, rng.integers(1, 4)):
            data[at] = rng.choice(list(b'0129"{}[]:,-ae\\\x00\xff'))
        path.write_bytes(data[: rng.integers(len(good) - 50, len(good) + 1)])
        try:
            with Checkpoint(small) as checkpoint:
                for name, tensor in checkpoint.tensors.items():
                    if tensor.dtype == "F32" and 0 not in tensor.shape and tensor.shape:
                        checkpoint.read_rows(name, 0, 1)
        except Qwen3LiteError:
            n_refused += 1
    assert n_refused > 100


ODD_VALUES: list[Any] = [None, True, 0, -1, 3, 2**40, 0.3, 1e300, float("nan"), "", "x", "\ud800"]
ODD_VALUES += [[], [[]], [1], ["a"], {}, {"a": 1}, [{}]]


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "tokenizer_config.json"])
def test_mutated_json_gives_typed_errors(name: str, small: Path, tmp_path: Path) -> None:
    text = (small / name).read_text()
    rng = random.Random(5)
    refusals: list[str] = []
    for _ in range(120):
        value = json.loads(text)
        where = rng.choice([path for path in inner_paths(value) if path])
        parent = value
        for key in where[:-1]:
            parent = parent[key]
        parent[where[-1]] = rng.choice(ODD_VALUES)
        (small / name).write_text(json.dumps(value))
        try:
            convert(small, tmp_path / "out.gguf")
        except Qwen3LiteError as error:
            refusals.append(str(error))
    assert len(refusals) > 5
    assert all(str(small) in refusal for refusal in refusals)


def inner_paths(value: Any) -> list[tuple[Any, ...]]:
    """The key paths of everything in a JSON value but the vocabulary's entries."""
    items: list[tuple[Any, Any]] = []
    if isinstance(value, dict) and len(value) < 100:
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    return [()] + [(key, *path) for key, part in items for path in inner_paths(part)]
