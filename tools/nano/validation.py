"""The loss on held-out conversations, of the skills that a model had and of those it is to learn."""

from __future__ import annotations

import torch
from tokenizers import Tokenizer
from transformers import Qwen3ForCausalLM

from .batches import Batch, batch, groups, rows
from .item import Item
from .mixture import EXTRA, MAKERS, held_out_items
from .training import weighted_loss

GROUP_TOKENS = 4096
N_NEW, N_OLD = 60, 6  # items of each skill


def validation_items() -> dict[str, list[Item]]:
    """Other held-out ones than those that measure accuracy."""
    return {
        "new": [item for s in EXTRA for item in held_out_items("validation", s, N_NEW)[:N_NEW]],
        "old": [item for s in MAKERS for item in held_out_items("validation", s, N_OLD)],
    }


def validation_batches(tokenizer: Tokenizer) -> dict[str, list[Batch]]:
    found = {}
    for kind, items in validation_items().items():
        some = rows(([item] for item in items), tokenizer)
        found[kind] = [batch(group) for group in groups(some, GROUP_TOKENS)]
    return found


def losses(model: Qwen3ForCausalLM, batches: dict[str, list[Batch]]) -> dict[str, float]:
    """Of the next token, by kind: the means by weights."""
    found = {}
    with torch.no_grad():
        for kind, some in batches.items():
            total = sum(float(weighted_loss(model, each)) for each in some)
            found[kind] = total / sum(float(each.weights.sum()) for each in some)
    return found
