"""Notes that a thought makes of what it is given, all in the same words, and what is asked as it
stands in one of them: so what belongs to it is found above."""

from __future__ import annotations

from .item import Language

ASKED: dict[Language, str] = {"en": "Asked: ", "zh": "问："}
MISSING = "?"  # for what no note has


def note(key: str, value: str) -> str:
    return f"{key}: {value}"


def asked(language: Language, found: str) -> str:
    """`found` is a note, a part that no other has, or MISSING."""
    return ASKED[language] + found
