"""Notes that a thought makes of what it is given, all in the same words, and what is asked, said in
these: so what belongs to it is found as it stands above."""

from __future__ import annotations

from .item import Language

ASKED: dict[Language, str] = {"en": "Asked: ", "zh": "问："}


def note(key: str, value: str) -> str:
    return f"{key}: {value}"


def asked(language: Language, key: str, value: str | None) -> str:
    """`value` is None where no note has it."""
    return ASKED[language] + note(key, "?" if value is None else value)
