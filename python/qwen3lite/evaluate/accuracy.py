"""How often a model answers right: exact match of the final answer, or of the tool call."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import InvalidArgumentError
from ..model import Model
from ..results import Message
from .items import Item, Turn
from .shares import Pairs, Share

MAX_TOKENS = 512  # of an answer, thinking included
CONCURRENT = 64  # requests at once; the model computes them together
CALL = re.compile(r"<tool_call>\s*(.*?)\s*</tool_call>", re.DOTALL)

CHOICE, ARGUMENTS = "tool choice", "tool arguments"  # rows over items of several skills
# Told after each item: items done, items in all, right ones so far.
ItemProgress = Callable[[int, int, int], None]


@dataclass(frozen=True)
class Outcome:
    """What became of an item. The first turn's call is judged in two ways where tools are there."""

    is_right: bool
    right_tool: bool | None  # the tool, or that none is called
    right_call: bool | None  # with its arguments; None where no call is expected
    answers: tuple[str, ...]  # the model's, as far as it came
    n_generated: int


@dataclass(frozen=True, kw_only=True)
class Accuracy:
    """The outcomes of a set's items, in its order."""

    items: Sequence[Item]
    outcomes: Sequence[Outcome]
    seconds: float  # wall clock, without opening the model

    @property
    def rate(self) -> float:
        """Generated tokens per second, of all requests together."""
        return sum(o.n_generated for o in self.outcomes) / max(self.seconds, 1e-9)

    def share(self, thinking: bool | None = None) -> Share:
        """Right answers among all items, or those of one mode."""
        return Share.of(
            outcome.is_right
            for item, outcome in self._pairs()
            if thinking is None or item.thinking == thinking
        )

    def by_skill(self) -> dict[tuple[str, bool], Share]:
        """Right answers by skill and mode, then tools chosen right and calls that are right."""
        found: dict[tuple[str, bool], list[bool]] = {}
        for item, outcome in self._pairs():
            found.setdefault((item.skill, item.thinking), []).append(outcome.is_right)
        for name, field in ((CHOICE, "right_tool"), (ARGUMENTS, "right_call")):
            for item, outcome in self._pairs():
                judged = getattr(outcome, field)
                if judged is not None:
                    found.setdefault((name, item.thinking), []).append(judged)
        return {key: Share.of(values) for key, values in found.items()}

    def _pairs(self) -> Iterable[tuple[Item, Outcome]]:
        return zip(self.items, self.outcomes, strict=True)


def accuracy(
    model: Model,
    items: Sequence[Item],
    *,
    max_tokens: int = MAX_TOKENS,
    concurrent: int = CONCURRENT,
    progress: ItemProgress | None = None,
) -> Accuracy:
    """Asks the model all items, `concurrent` at once, with the likeliest token each time.

    An answer of more than `max_tokens` is cut off there. An item of several turns is right when all
    are; after a right call the conversation goes on with the response that the item has.

    Call it where no asyncio loop runs. Throws InvalidArgumentError without items or requests, and
    what chat() throws.
    """
    if not items:
        raise InvalidArgumentError("there are no items to ask; pass at least one.")
    if concurrent < 1:
        raise InvalidArgumentError(f"{concurrent} requests at once are none; pass 1 or more.")
    start = time.perf_counter()
    outcomes = asyncio.run(_ask_all(model, items, max_tokens, concurrent, progress))
    return Accuracy(items=items, outcomes=outcomes, seconds=time.perf_counter() - start)


def compare(first: Accuracy, second: Accuracy) -> Pairs:
    """Both models' outcomes item by item. Throws InvalidArgumentError for different items."""
    if list(first.items) != list(second.items):
        raise InvalidArgumentError("two models can be compared on the same items only.")
    return Pairs.of(
        (a.is_right, b.is_right) for a, b in zip(first.outcomes, second.outcomes, strict=True)
    )


async def _ask_all(
    model: Model,
    items: Sequence[Item],
    max_tokens: int,
    concurrent: int,
    progress: ItemProgress | None,
) -> list[Outcome]:
    limit = asyncio.Semaphore(concurrent)
    done: list[Outcome] = []

    async def ask(item: Item) -> Outcome:
        async with limit:
            outcome = await _ask(model, item, max_tokens)
        done.append(outcome)
        if progress is not None:
            progress(len(done), len(items), sum(o.is_right for o in done))
        return outcome

    return list(await asyncio.gather(*map(ask, items)))


async def _ask(model: Model, item: Item, max_tokens: int) -> Outcome:
    messages: list[dict[str, Any] | Message] = list(item.messages)
    answers: list[str] = []
    n_generated = 0
    is_right = True
    for turn in item.expected:
        completion = await model.achat(
            messages,
            tools=item.tools or None,
            enable_thinking=item.thinking,
            temperature=0.0,
            max_tokens=max_tokens,
        )
        n_generated += completion.timings.n_generated
        answers.append(completion.message.content)
        if not is_answer(turn, answers[-1]):
            is_right = False
            break
        messages += [completion.message, {"role": "tool", "content": turn.response or ""}]
    right_tool, right_call = _judged(item, answers[0])
    return Outcome(is_right, right_tool, right_call, tuple(answers), n_generated)


def _judged(item: Item, answer: str) -> tuple[bool | None, bool | None]:
    if not item.tools:
        return None, None
    turn = item.expected[0]
    calls = tool_calls(answer)
    names = [call.get("name") if isinstance(call, dict) else None for call in calls]
    right_tool = names == ([] if turn.tool is None else [turn.tool])
    return right_tool, None if turn.tool is None else is_answer(turn, answer)


def is_answer(turn: Turn, content: str) -> bool:
    """Whether `content` is what the turn expects; spaces around it do not count."""
    calls = tool_calls(content)
    if turn.tool_call is not None:
        return len(calls) == 1 and _canonical(calls[0]) == _canonical(turn.tool_call)
    return not calls and content.strip() == turn.content.strip()


def _canonical(call: Any) -> str:
    """As text, in which 1, 1.0 and true differ."""
    return json.dumps(call, sort_keys=True)


def tool_calls(content: str) -> list[Any]:
    """The JSON between the tags of each call; None for one that is no JSON."""
    return [_parsed(text) for text in CALL.findall(content)]


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
