"""What a router chooses from, as a user names it, and prompts that are examples of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..errors import FileError, InvalidArgumentError

Mode = Literal["replace", "parallel"]


@dataclass(frozen=True)
class Choice:
    """`role` says what it is for; `examples` is a text file of prompts that should take it."""

    name: str
    role: str = ""
    examples: Path | None = None

    @staticmethod
    def parse(text: str) -> Choice:
        """Of "NAME", "NAME:ROLE", "NAME=FILE" or "NAME:ROLE=FILE"."""
        head, _, file = text.partition("=")
        name, _, role = head.partition(":")
        if not name:
            raise InvalidArgumentError(
                f"'{text}' names no expert; write NAME, NAME:ROLE or NAME:ROLE=EXAMPLES.txt."
            )
        return Choice(name, role, Path(file) if file else None)

    def texts(self) -> list[str]:
        """The examples: paragraphs where blank lines part them, else lines. Throws FileError."""
        if self.examples is None:
            return []
        try:
            content = self.examples.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise FileError(f"{self.examples}: cannot be read ({error}).") from error
        lines = content.strip().split("\n")
        texts = _paragraphs(lines) if any(not line.strip() for line in lines) else lines
        if not any(texts):
            raise FileError(f"{self.examples}: has no examples; write one a line.")
        return texts


def _paragraphs(lines: Sequence[str]) -> list[str]:
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            paragraphs[-1].append(line)
        elif paragraphs[-1]:
            paragraphs.append([])
    return ["\n".join(paragraph) for paragraph in paragraphs]


def first_choice(mode: Mode, trunk: bool) -> str:
    """What choice 0 is called where the pack does not store it, else nothing."""
    if mode == "parallel":
        return "nothing"
    return "base" if trunk else ""


def all_choices(given: Sequence[Choice], count: int, first: str) -> list[Choice]:
    """All `count` choices; none where none is given.

    `given` are all in order, or all but choice 0 where that is not stored and called `first`.
    Throws InvalidArgumentError.
    """
    choices = list(given)
    if first and len(choices) == count - 1:
        choices.insert(0, Choice(first))
    if choices and len(choices) != count:
        but_first = f", or all but the first, '{first}'" if first else ""
        raise InvalidArgumentError(
            f"there are {count} choices, but names for {len(given)}; name all of them{but_first}."
        )
    names = [choice.name for choice in choices]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise InvalidArgumentError(f"two experts are called '{twice[0]}'; name them differently.")
    return choices
