"""One conversation to answer, and the answer: what training, evaluation and tests share."""

from __future__ import annotations

import json
import random
import re
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar

from qwen3lite.evaluate import items

Language = Literal["en", "zh"]
T = TypeVar("T")

HELD_OUT_PERCENT = 12  # of numbers, names, word lists: never in training
HELD_OUT_PHRASINGS = 15  # per cent
NOISY_SHARE = 0.35  # of what is said in practice
MISSING, UNKNOWN = 0.1, 0.06  # of its words
PARTS = re.compile(r"\{\w*\}|[A-Za-z']+|[\u4e00-\u9fff]|.", re.DOTALL)
ALTERNATIVES = re.compile(r"\[([^\[\]|]*\|[^\[\]]*)\]")  # "[a|b|]": one of a, b and nothing


@dataclass(frozen=True)
class Turn(items.Turn):
    """What the assistant is to write, and what it thinks before."""

    reasoning: str = ""  # not part of the answer: another way of thinking is no error


@dataclass(frozen=True)
class Item(items.Item):
    """`messages` ask; `expected` are the turns that answer."""

    expected: Sequence[Turn]
    language: Language = "en"

    def to_json(self) -> str:
        values = asdict(self)
        empty: tuple[Any, ...] = (None, "")
        values["expected"] = [
            {k: v for k, v in turn.items() if v not in empty} for turn in values["expected"]
        ]
        return json.dumps(values, ensure_ascii=False)


def write_items(path: Path, written: Iterable[Item]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(item.to_json() + "\n" for item in written)


def is_held_out(key: str, percent: int = HELD_OUT_PERCENT) -> bool:
    """Decided by the key alone, so that no seed brings it into training."""
    return zlib.crc32(key.encode()) % 100 < percent


@cache
def _phrasings(phrasings: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Those of training, and those held out: of each list at least one is trained on."""
    trained = [p for p in phrasings if not is_held_out(p, HELD_OUT_PHRASINGS)] or [phrasings[0]]
    return trained, [p for p in phrasings if p not in trained]


class Draw:
    """A seeded source of choices, from what training sees or from what is held out of it.

    Held-out items take half of their phrasings from those that training knows. In `practice` words
    are missing or unknown now and then, so that no phrasing is known by heart.
    """

    def __init__(self, seed: int | str, held_out: bool, practice: bool = False) -> None:
        self.random = random.Random(seed)
        self.held_out = held_out
        self.practice = practice

    def number(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def choice(self, values: Sequence[T]) -> T:
        return self.random.choice(values)

    def sample(self, values: Sequence[T], n: int) -> list[T]:
        return self.random.sample(values, n)

    def phrase(self, phrasings: tuple[str, ...]) -> str:
        """One of them, with one of each `[first|second]` in it. They are held out as they are
        written: whole, whichever alternatives are taken."""
        trained, held_out = _phrasings(phrasings)
        if self.held_out and held_out and self.chance(0.5):
            return self._expand(self.choice(held_out))
        text = self._expand(self.choice(trained))
        return self._noisy(text) if self.practice and self.chance(NOISY_SHARE) else text

    def _expand(self, text: str) -> str:
        expanded = ALTERNATIVES.sub(lambda match: self.choice(match[1].split("|")), text)
        return expanded if expanded == text else self._expand(expanded)  # from the inside out

    def _noisy(self, text: str) -> str:
        """Without some of its words, and with unknown ones instead of some."""
        kept = "".join(self._noise(part) for part in PARTS.findall(text)).replace("}{", "} {")
        return re.sub(" {2,}", " ", kept).strip(" ") or text

    def _noise(self, part: str) -> str:
        if not part[0].isalpha():  # a {place}, or no word
            return part
        if self.chance(MISSING):
            return ""
        half = len(part) // 2
        return part[half:] + part[:half] if self.chance(UNKNOWN) else part

    def split(self, make: Callable[[], T], key: Callable[[T], str] = str) -> T:
        """What `make` draws, until it is on this side of the split."""
        while True:
            value = make()
            if is_held_out(key(value)) == self.held_out:
                return value

    def language(self) -> Language:
        return "zh" if self.chance(0.35) else "en"
