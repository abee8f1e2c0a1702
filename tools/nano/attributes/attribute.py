"""What a passage tells of somebody or something."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Attribute:
    """What a passage tells of somebody or something: {s} the subject, {v} the value, {a} the name of
    what is told."""

    name: str  # what thoughts call it, however it was said
    values: tuple[str, ...] | str  # a list, or "place", "person", "number", "year"
    facts: tuple[str, ...]
    questions: tuple[str, ...]
