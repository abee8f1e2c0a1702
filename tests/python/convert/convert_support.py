"""What the converter's tests share: small checkpoints, ways to change them, reading metadata."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gguf import GGUFReader

import make_checkpoint as mc

TINY = {arch: mc.GEOMETRIES[arch, "tiny"] for arch in ("qwen3", "llama")}
SMALL = dataclasses.replace(TINY["qwen3"], layers=1, hidden=64, ff=64, heads=2, kv_heads=1)


def fields(path: Path) -> dict[str, Any]:
    """All metadata but the file's own counts."""
    items = GGUFReader(path).fields.items()
    return {key: field.contents() for key, field in items if not key.startswith("GGUF.")}


def edit_json(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    value = json.loads(path.read_text(encoding="utf-8"))
    change(value)
    path.write_text(json.dumps(value), encoding="utf-8")


def set_config(**values: Any) -> Callable[[Path], None]:
    return lambda src: edit_json(src / "config.json", lambda config: config.update(values))


def set_tokenizer(**values: Any) -> Callable[[Path], None]:
    return lambda src: edit_json(src / "tokenizer.json", lambda t: t.update(values))
