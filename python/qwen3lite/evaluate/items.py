"""Sets of items with known answers, one JSON object a line (docs/evaluation.md)."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import FileError, ModelFormatError


@dataclass(frozen=True)
class Turn:
    """An answer that is expected: a text or a tool call, and what the tool then responds."""

    content: str = ""
    tool_call: Mapping[str, Any] | None = None  # "name" and "arguments"
    response: str | None = None  # the conversation goes on with it

    @property
    def tool(self) -> str | None:
        """The name of the tool that is to be called."""
        return None if self.tool_call is None else self.tool_call["name"]


@dataclass(frozen=True)
class Item:
    """A conversation to go on with, and the turns that are right."""

    skill: str
    messages: list[dict[str, Any]]
    expected: Sequence[Turn]
    tools: list[dict[str, Any]] = field(default_factory=list)
    thinking: bool = False


def read_items(path: str | os.PathLike[str]) -> list[Item]:
    """The items of a file. Throws FileError, ModelFormatError naming the line that is damaged."""
    file = Path(path)
    try:
        lines = file.read_text(encoding="utf-8").split("\n")  # JSON has other ends of lines within
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"{file}: cannot be read ({error}).") from error
    found = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                found.append(_item(json.loads(line)))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise ModelFormatError(
                    f"{file}: line {number} is no item ({error!r}); see docs/evaluation.md."
                ) from error
    if not found:
        raise ModelFormatError(f"{file}: has no items; write some with tools/make_chats.py.")
    return found


def _item(values: dict[str, Any]) -> Item:
    expected = [_turn(turn) for turn in values["expected"]]
    if not expected:
        raise ValueError("nothing is expected")
    return Item(
        skill=str(values["skill"]),
        messages=list(values["messages"]),
        expected=expected,
        tools=list(values.get("tools") or []),
        thinking=bool(values.get("thinking", False)),
    )


def _turn(values: dict[str, Any]) -> Turn:
    call = values.get("tool_call")
    if (call is None) == ("content" not in values):
        raise ValueError("either content or a tool_call is expected")
    if call is not None:
        call = {"name": str(call["name"]), "arguments": dict(call["arguments"])}
    return Turn(str(values.get("content", "")), call, values.get("response"))
