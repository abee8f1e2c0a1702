"""Accuracy while training: a few held-out items of each skill, answered greedily in torch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from transformers import Qwen3ForCausalLM

from .item import Item
from .mixture import MAKERS, held_out_items
from .render import END, call_text, following, prompt

MAX_NEW = 320
ROWS = 64  # answered together


@dataclass(frozen=True)
class Question:
    """One turn to write; an item is right where all of its turns are."""

    item: int
    ids: list[int]
    answer: str


def probe_items(n: int, seed: str = "probe") -> list[Item]:
    """`n` of each skill, with thinking and without."""
    return [item for skill in MAKERS for item in held_out_items(seed, skill, n)]


def questions(items: list[Item], tokenizer: Tokenizer) -> list[Question]:
    """Later turns follow what should have been written before."""
    found = []
    for i, item in enumerate(items):
        messages = list(item.messages)
        for turn in item.expected:
            text = prompt(messages, item.tools, item.thinking)
            answer = call_text(turn.tool_call) if turn.tool_call else turn.content
            found.append(Question(i, tokenizer.encode(text).ids, answer))
            messages += following(turn)
    return sorted(found, key=lambda question: len(question.ids))


def answers(model: Qwen3ForCausalLM, prompts: list[list[int]], pad: int, end: int) -> torch.Tensor:
    """Greedy continuations, [n, <= MAX_NEW], of prompts, which are padded on the left."""
    longest = max(map(len, prompts))
    ids = torch.tensor([[pad] * (longest - len(p)) + p for p in prompts])
    mask = torch.tensor([[0] * (longest - len(p)) + [1] * len(p) for p in prompts])
    written: torch.Tensor = model.generate(
        input_ids=ids,
        attention_mask=mask,
        max_new_tokens=MAX_NEW,
        do_sample=False,
        use_cache=True,
        eos_token_id=end,
        pad_token_id=pad,
    )
    return written[:, longest:]


def accuracy(
    model: Qwen3ForCausalLM, items: list[Item], tokenizer: Tokenizer
) -> dict[tuple[str, bool], float]:
    """Share of right items by skill and thinking."""
    end, pad = tokenizer.token_to_id(END), tokenizer.token_to_id("<|endoftext|>")
    asked = questions(items, tokenizer)
    wrong: set[int] = set()
    for first in range(0, len(asked), ROWS):
        group = asked[first : first + ROWS]
        written = answers(model, [q.ids for q in group], pad, end)
        for question, ids in zip(group, written.tolist(), strict=True):
            ids = ids[: ids.index(end)] if end in ids else ids
            text = tokenizer.decode(ids, skip_special_tokens=False)
            if text.rpartition("</think>")[2].strip() != question.answer:
                wrong.add(question.item)
    return shares(items, wrong)


def shares(items: Iterable[Item], wrong: set[int]) -> dict[tuple[str, bool], float]:
    right = defaultdict[tuple[str, bool], list[bool]](list)
    for i, item in enumerate(items):
        right[item.skill, item.thinking].append(i not in wrong)
    return {key: sum(values) / len(values) for key, values in right.items()}
