"""What the converter's tests share: small checkpoints, ways to change them, reading metadata."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gguf import GGUFReader

import make_checkpoint as mc

TINY = {arch: mc.GEOMETRIES[arch, "tiny"] for arch in mc.VARIANTS}
SMALL = dataclasses.replace(TINY["qwen3"], layers=1, hidden=64, ff=64, heads=2, kv_heads=1)


def fields(path: Path) -> dict[str, Any]:
    """All metadata but the file's own counts."""
    items = GGUFReader(path).fields.items()
    return {key: field.contents() for key, field in items if not key.startswith("GGUF.")}


def edit_json(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    value = json.loads(path.read_text(encoding="utf-8"))
    change(value)
    path.write_text(json.dumps(value), encoding="utf-8")


def edit_header(src: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Changes the header and lays the tensors that are left out anew, filled with zeros."""
    path = src / "model.safetensors"
    data = path.read_bytes()
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    change(header)
    at = 0
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            entry["data_offsets"] = [at, at := at + end - begin]
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + bytes(at))


def set_config(**values: Any) -> Callable[[Path], None]:
    return lambda src: edit_json(src / "config.json", lambda config: config.update(values))


def set_tokenizer(**values: Any) -> Callable[[Path], None]:
    return lambda src: edit_json(src / "tokenizer.json", lambda t: t.update(values))
