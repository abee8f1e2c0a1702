"""What qwen3lite inspect tells of expert packs, and of the packs that a model takes."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

from ..experts import read_pack


def is_pack(metadata: Mapping[str, Any]) -> bool:
    return metadata.get("adapter.type") == "experts"


def pack_fields(path: Path) -> dict[str, Any]:
    """Of a pack's file; `choices` only where they have names. Throws what read_pack() throws."""
    pack = read_pack(path)
    return {
        "mode": pack.mode,
        "trunk": pack.trunk,
        "n_choices": pack.n_choices,
        "top_k": pack.top_k,
        "layers": pack.layers,
        "base": {"name": pack.base_name, "fingerprint": pack.base_fingerprint},
        "choices": [
            {"name": name, "role": role}
            for name, role in zip_longest(pack.names, pack.roles, fillvalue="")
        ],
    }


def pack_shape(path: Path, metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Of a model's file: what its packs must be like; nothing where no pack can be plugged in.

    Packs of mode "replace" are for `dense_layers` alone, and with `trunk` their experts have the
    width `trunk_n_ff`.
    """
    from ..experts.model_file import ARCHITECTURES, ModelFile, dense_name

    architecture = metadata.get("general.architecture")
    if architecture not in ARCHITECTURES or f"{architecture}.block_count" not in metadata:
        return {}
    model = ModelFile(path)
    shape = {
        "fingerprint": model.fingerprint,
        "n_embd": model.n_embd,
        "n_layer": model.n_layer,
        "dense_layers": model.dense_layers,
    }
    if model.dense_layers:
        gate = model.tensors[dense_name(model.dense_layers[0], "gate")]
        shape["trunk_n_ff"] = gate.shape[0]
    return {"expert_packs": shape}
