"""A tiny model that says what it is told: after each token of a script it writes the next one.

Attention and feed-forward add nothing, so that the last token alone decides; the output row of a
token is the embedding of the one before it. A token may therefore occur only once in a script.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

import make_checkpoint as mc

GEOMETRY = dataclasses.replace(mc.GEOMETRIES["llama", "tiny"], layers=1, context=1 << 20)
SCALE = 100.0  # makes the next token certain at any temperature


def token_id(text: str) -> int:
    """The id of a special token or of a byte, written as one character up to U+00FF."""
    special = {"<|endoftext|>": 263, "<|im_start|>": 264, "<|im_end|>": 265}
    special |= {"<think>": 266, "</think>": 267}
    return special[text] if text in special else ord(text)


def tokens_of(text: str) -> list[str]:
    """The bytes of `text` as tokens."""
    return [chr(byte) for byte in text.encode()]


def scripted_checkpoint(out: Path, script: Sequence[str], loop_from: int | None = None) -> Path:
    """A Hugging Face directory of a model that continues any part of `script`.

    With `loop_from`, the script's last token is followed by the one at that index again.
    """
    mc.make_checkpoint(out, GEOMETRY)
    ids = [token_id(token) for token in script]
    assert len(set(ids)) == len(ids)
    steps = list(pairwise(ids))
    if loop_from is not None:
        steps.append((ids[-1], ids[loop_from]))
    weights = _map_weights(out / "model.safetensors")
    embeddings = weights["model.embed_tokens.weight"]
    embeddings *= 1 / np.sqrt(np.mean(embeddings**2, axis=1, keepdims=True))
    weights["model.norm.weight"][:] = 1
    for name, tensor in weights.items():
        if name.endswith(("o_proj.weight", "down_proj.weight")) or name == "lm_head.weight":
            tensor[:] = 0
    for token, following in steps:
        weights["lm_head.weight"][following] += embeddings[token] * SCALE / GEOMETRY.hidden
    return out


def _map_weights(path: Path) -> dict[str, npt.NDArray[np.float32]]:
    """The tensors of a float32 file by name; changes reach the file."""
    raw = path.read_bytes()
    start = 8 + int.from_bytes(raw[:8], "little")
    return {
        name: np.memmap(path, np.float32, "r+", start + entry["data_offsets"][0], entry["shape"])
        for name, entry in json.loads(raw[8:start]).items()
        if name != "__metadata__"
    }
