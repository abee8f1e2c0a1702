"""All skills, how much of each training sees, and endless seeded draws of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

from .arithmetic import arithmetic
from .item import Draw, Item, Language
from .lookup import lookup, lookups
from .steps import steps
from .talk import talk
from .tool_use import no_tool, requests, tool_call, tool_response, tool_sequence
from .words import word_task

Maker = Callable[[Draw, str, bool], Item]
Families = Callable[[str, int], Iterator[list[Item]]]  # of a stream's name and the shard in it
MAKERS: dict[str, Maker] = {
    "add_2": arithmetic,
    "add_3": arithmetic,
    "subtract_2": arithmetic,
    "subtract_3": arithmetic,
    "multiply": arithmetic,
    "steps_2": steps,
    "steps_3": steps,
    "reverse": word_task,
    "sort": word_task,
    "count": word_task,
    "lookup": lookup,
    "tool_call": tool_call,
    "no_tool": no_tool,
    "tool_response": tool_response,
    "tool_sequence": tool_sequence,
    "talk": talk,
}
# Longer problems, no part of nano's training: expert packs are trained for them.
EXTRA: dict[str, Maker] = {"steps_5": steps, "steps_6": steps}
HAND_WRITTEN = Path(__file__).with_name("handwritten.jsonl")
# Shares of the conversations; those of tools have many tokens each.
WEIGHTS: dict[str, float] = {
    "add_2": 15,
    "add_3": 7,
    "subtract_2": 6,
    "subtract_3": 8,
    "multiply": 4,
    "steps_2": 6,
    "steps_3": 8,
    "reverse": 5,
    "sort": 10,
    "count": 4,
    "lookup": 22,
    "tool_call": 20,
    "no_tool": 13,  # a tool is called too easily
    "tool_response": 3,
    "tool_sequence": 4,
    "talk": 4,
}
THINKING_SHARE = 0.6
GUESSED = ("steps_2", "steps_3")  # without a thought: little is to be learnt of them then
GUESSED_THINKING_SHARE = 0.9
EARLY_TOOLS = 0.1  # of the share that tools have later
REQUESTED = ("tool_call", "no_tool")  # drawn N_ALIKE at a time, for the same tools
NO_TOOL_SHARE = WEIGHTS["no_tool"] / (WEIGHTS["no_tool"] + WEIGHTS["tool_call"])
ASKED = ("lookup",)  # N_ALIKE at a time, about the same text
N_ALIKE = 4
OPENINGS: dict[Language, tuple[str, ...]] = {
    "en": (
        *("Hi, ", "Hello! ", "Hey, ", "Please help me: ", "Quick question: ", "One more: "),
        *("I have a question. ", "Here is a task. ", "Could you do this? ", "Next: ", "Good day. "),
    ),
    "zh": ("你好，", "请问，", "麻烦你，", "帮个忙：", "还有一题：", "我有个问题。", "请教一下，"),
}


def make(draw: Draw, skill: str, thinking: bool) -> Item:
    item = (MAKERS | EXTRA)[skill](draw, skill, thinking)
    vary(draw, [item])
    return item


def vary(draw: Draw, items: Sequence[Item]) -> None:
    """With an opening, or a small letter, now and then; all of them alike."""
    first = items[0]
    has_opening = first.skill != "talk" and draw.chance(0.15)
    opening = draw.phrase(OPENINGS[first.language]) if has_opening else ""
    is_small = first.skill != "lookup" and draw.chance(0.1)  # which may begin with a name
    for item in items:
        text = opening + item.messages[0]["content"]
        item.messages[0]["content"] = text[0].lower() + text[1:] if is_small else text


def training_items(seed: int | str) -> Iterator[Item]:
    """Endless; the same for the same seed."""
    draw = Draw(f"train {seed}", held_out=False)
    while True:
        skill = _choice(draw, WEIGHTS)
        item = make(draw, skill, _thinks(draw, skill))
        if not is_by_hand(item):
            yield item


def training_families(seed: int | str, *, early: bool = False) -> Iterator[list[Item]]:
    """As training_items, but that items which ask for tools come several at a time and are offered
    the same ones, and questions about a text as well: a row then holds these once. `early` has few
    tools, whose long prompts hide for long that what is asked for is to be copied: short texts
    teach that first. They are practice: known and unknown words, well said and not."""
    draw = Draw(f"train {seed}", held_out=False, practice=True)
    weights = WEIGHTS | {skill: WEIGHTS[skill] / N_ALIKE for skill in (*REQUESTED, *ASKED)}
    if early:
        weights = {s: w * (EARLY_TOOLS if "tool" in s else 1) for s, w in weights.items()}
    while True:
        family = [item for item in _family(draw, _choice(draw, weights)) if not is_by_hand(item)]
        if family:
            yield family


def curriculum(n_early: int) -> Families:
    """training_families, of which the first `n_early` shards are early ones."""
    return lambda name, shard: training_families(f"{name} {shard}", early=shard < n_early)


def extended(share: float) -> Families:
    """Families of which `share` are one of EXTRA's problems each, always with thinking, and the others
    what training_families draws."""

    def families(name: str, shard: int) -> Iterator[list[Item]]:
        name = f"extended {name} {shard}"  # none of the conversations that nano is trained with
        draw = Draw(f"train {name}", held_out=False, practice=True)
        known = training_families(name)
        while True:
            is_new = draw.chance(share)
            yield [make(draw, draw.choice(list(EXTRA)), True)] if is_new else next(known)

    return families


def _family(draw: Draw, skill: str) -> list[Item]:
    if skill in REQUESTED:
        items = requests(draw, THINKING_SHARE, NO_TOOL_SHARE, N_ALIKE)
        for item in items:
            vary(draw, [item])
        return items
    if skill in ASKED:
        items = lookups(draw, THINKING_SHARE, N_ALIKE)
        vary(draw, items)
        return items
    return [make(draw, skill, _thinks(draw, skill))]


def _thinks(draw: Draw, skill: str) -> bool:
    return draw.chance(GUESSED_THINKING_SHARE if skill in GUESSED else THINKING_SHARE)


def is_by_hand(item: Item) -> bool:
    """What was written by hand is not trained on, even where chance makes the same text."""
    return item.messages[0]["content"].lower() in _by_hand()


@cache
def _by_hand() -> frozenset[str]:
    lines = HAND_WRITTEN.read_text(encoding="utf-8").splitlines()
    return frozenset(json.loads(line)["messages"][0]["content"].lower() for line in lines)


def _choice(draw: Draw, weights: dict[str, float]) -> str:
    return draw.random.choices(list(weights), list(weights.values()))[0]


def held_out_items(seed: int | str, skill: str, n: int) -> list[Item]:
    """`n` with thinking and the same `n` without, all different, none of which training sees."""
    draws = [Draw(f"test {seed} {skill}", held_out=True) for _ in range(2)]
    pairs: dict[str, list[Item]] = {}
    attempts = 0
    while len(pairs) < n:
        items = [
            make(draw, skill, thinking) for draw, thinking in zip(draws, (True, False), strict=True)
        ]
        pairs.setdefault(str((items[1].messages, items[1].tools)), items)
        attempts += 1
        if attempts > 200 * n:
            raise ValueError(
                f"{skill}: has only {len(pairs)} different held-out items; ask for fewer"
            )
    return [item for i in range(2) for item in (pair[i] for pair in pairs.values())]
