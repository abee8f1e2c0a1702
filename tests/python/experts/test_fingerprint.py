"""The model's fingerprint, as docs/formats/expert_pack.md says, and what it does not depend on."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

from gguf import GGUFReader

import make_checkpoint as mc
from qwen3lite import Model, _core
from qwen3lite.convert import convert


def expected(path: Path) -> str:
    reader = GGUFReader(path)
    architecture = reader.fields["general.architecture"].contents()
    keys = ("block_count", "embedding_length", "feed_forward_length")
    numbers = [reader.fields[f"{architecture}.{key}"].contents() for key in keys]
    norms = {t.name: t.data.tobytes() for t in reader.tensors if t.name.endswith("_norm.weight")}
    value = 0xCBF29CE484222325
    dimensions = struct.pack("<3Q", *numbers)
    parts = [architecture.encode(), dimensions, *(norms[name] for name in sorted(norms))]
    for part in parts:
        for (word,) in struct.iter_unpack("<Q", part + bytes(-len(part) % 8)):
            value = (value ^ word) * 0x100000001B3 % (1 << 64)
    return f"{value:016x}"


def test_fingerprints_are_of_norms_and_dimensions(tmp_path: Path) -> None:
    nano = Model.nano()
    assert nano.fingerprint == _core.model_fingerprint(str(nano.path)) == expected(nano.path)
    geometry = replace(mc.GEOMETRIES["qwen3", "tiny"], hidden=64, ff=64)
    made = {}
    for name, changes, seed, type in (
        ("base", {}, 0, "f32"),
        ("type", {}, 0, "q8_0"),
        ("vocabulary", {"vocab": 330}, 0, "f32"),
        ("width", {"ff": 96}, 0, "f32"),
        ("norms", {}, 1, "f32"),
    ):
        checkpoint = mc.make_checkpoint(tmp_path / name, replace(geometry, **changes), seed=seed)
        convert(checkpoint, tmp_path / f"{name}.gguf", type)
        made[name] = _core.model_fingerprint(str(tmp_path / f"{name}.gguf"))
        assert made[name] == expected(tmp_path / f"{name}.gguf")
    assert made["base"] == made["type"] == made["vocabulary"]
    assert len(set(made.values())) == 3
