"""Conversations as the text that a model sees and writes, by Qwen3's own chat template."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from .item import Item, Turn

TEMPLATE = Path(__file__).with_name("chat_template.jinja")
END = "<|im_end|>"


@dataclass(frozen=True)
class Segment:
    """A stretch of text; the model is to write those that are `supervised`."""

    text: str
    supervised: bool


@cache
def _template() -> Template:
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    environment.filters["tojson"] = _to_json
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8"))


def _to_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def prompt(messages: list[dict[str, Any]], tools: list[dict[str, Any]], thinking: bool) -> str:
    """What stands before the next answer."""
    return _template().render(
        messages=messages, tools=tools, add_generation_prompt=True, enable_thinking=thinking
    )


def call_text(call: Mapping[str, Any]) -> str:
    call_json = f'{{"name": "{call["name"]}", "arguments": {_to_json(call["arguments"])}}}'
    return f"<tool_call>\n{call_json}\n</tool_call>"


def completion(turn: Turn, thinking: bool) -> str:
    """What the model is to write after the prompt."""
    thought = f"<think>\n{turn.reasoning}\n</think>\n\n" if thinking else ""
    return thought + (call_text(turn.tool_call) if turn.tool_call else turn.content) + END


def following(turn: Turn) -> list[dict[str, Any]]:
    """The messages that the turn adds to the conversation."""
    content = call_text(turn.tool_call) if turn.tool_call else turn.content
    messages: list[dict[str, Any]] = [
        {"role": "assistant", "content": content, "reasoning_content": turn.reasoning},
        {"role": "tool", "content": turn.response},
    ]
    return messages if turn.response is not None else messages[:1]


def samples(item: Item) -> Iterator[list[Segment]]:
    """The turns as texts to learn from. One text holds several turns where the prompt of a turn
    begins with all that stood before: without thinking it does not, as the template drops the
    empty thoughts of earlier turns."""
    messages = list(item.messages)
    text, segments = "", list[Segment]()
    for turn in item.expected:
        before = prompt(messages, item.tools, item.thinking)
        if segments and not before.startswith(text):
            yield segments
            text, segments = "", []
        written = completion(turn, item.thinking)
        segments += [Segment(before[len(text) :], False), Segment(written, True)]
        text = before + written
        messages += following(turn)
    yield segments
