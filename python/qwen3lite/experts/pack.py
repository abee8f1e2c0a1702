"""What an expert pack says about itself."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from .. import _core


@dataclass(frozen=True)
class ExpertPack:
    """A pack's file. Of `n_choices` that its routers have a token takes `top_k`; choice 0 is the
    layer's own network with `trunk`, nothing in mode "parallel". `names` and `roles` are of all
    choices, or empty; `layers` those that have a router."""

    path: Path
    name: str
    mode: Literal["replace", "parallel"]
    trunk: bool
    n_choices: int
    top_k: int
    names: list[str]
    roles: list[str]
    layers: list[int]
    base_name: str
    base_fingerprint: str
    n_bytes: int


@dataclass(frozen=True)
class PluggedPack(ExpertPack):
    """A pack that a model computes with; `id` is unload_experts()'s, `top_k` what is taken."""

    id: int


def read_pack(path: str | os.PathLike[str]) -> ExpertPack:
    """What a pack's file says. Throws FileError, ModelFormatError or UnsupportedModelError."""
    return ExpertPack(**_with_path(_core.pack_info(os.fsencode(path))))


def plugged_packs(engine: _core.Engine) -> list[PluggedPack]:
    return [PluggedPack(**_with_path(fields)) for fields in engine.experts()]


def _with_path(fields: dict[str, Any]) -> dict[str, Any]:
    return {**fields, "path": Path(os.fsdecode(fields["path"]))}
