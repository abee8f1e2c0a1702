#!/usr/bin/env python3
"""Makes the goldens of q3l's chat template: what transformers makes of Qwen3's, as Jinja.

    tools/make_chat_goldens.py [FILE]     (tests/goldens/qwen3-chats.json unless named)

Imports transformers, never qwen3lite. The template is tools/nano/chat_template.jinja, Qwen3's own.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TEMPLATE = ROOT / "tools" / "nano" / "chat_template.jinja"
GOLDENS = ROOT / "tests" / "goldens" / "qwen3-chats.json"

Message = dict[str, Any]


def function(name: str, **parameters: Any) -> Message:
    return {"type": "function", "function": {"name": name, "parameters": parameters}}


WEATHER = function(
    "get_weather", type="object", properties={"city": {"type": "string"}}, required=["city"]
)
CHINESE = {
    "type": "function",
    "function": {
        "name": "查天气",
        "description": '查询"城市"的天气。\n<b>&\'\\/',
        "parameters": {"type": "object", "properties": {"z": {"type": "integer"}, "a": {}}},
        "strict": True,
        "extra": [None, False, 1.5, -2, "\t\u0001\u007f", "é😀", []],
    },
}


def user(content: str) -> Message:
    return {"role": "user", "content": content}


def says(content: str, thoughts: str | None = None, *calls: Message) -> Message:
    message: Message = {"role": "assistant", "content": content}
    if thoughts is not None:
        message["reasoning_content"] = thoughts
    if calls:
        message["tool_calls"] = list(calls)
    return message


def call(name: str, arguments: Any) -> Message:
    return {"type": "function", "function": {"name": name, "arguments": arguments}}


def responds(content: str) -> Message:
    return {"role": "tool", "content": content}


SYSTEM = {"role": "system", "content": "你是一个助手。\nBe brief."}
PARIS = call("get_weather", {"city": "Paris", "days": [1, 2.5, None, {"é": "北京"}]})
ROME = {"name": "get_weather", "arguments": '{"city":"Rome"}'}  # text, and no envelope

CONVERSATIONS: list[tuple[str, list[Message]]] = [
    ("one question", [user("Hi")]),
    ("system turn, Chinese", [SYSTEM, user("你好，世界😀\n\n")]),
    ("a later system turn", [user("a"), says("b"), SYSTEM, user("c")]),
    ("earlier thoughts in the text", [user("a"), says("<think>\nhm\n</think>\n\nb"), user("c")]),
    ("earlier thoughts apart", [user("a"), says("\nb", "hm"), user("c")]),
    ("several ends of thoughts", [user("a"), says("x<think>\n\nh</think>m\n</think>\n\n\nb")]),
    ("an answer last, without thoughts", [user("a"), says("\n\nb")]),
    ("an answer last, with thoughts", [user("a"), says("b", "\nhm\n\n")]),
    ("switches", [user("a /no_think"), says("<think>\n\n</think>\n\nb"), user("c /think")]),
    (
        "one call",
        [user("Weather?"), says("", "I must look.", PARIS), responds('{"t": 21}')],
    ),
    (
        "calls behind text, responses in order",
        [
            SYSTEM,
            user("Weather in Paris and Rome?"),
            says("Let me look.", "Two calls.\n", PARIS, ROME),
            responds("晴\n21 °C"),
            responds("<b>rain</b>"),
            says("", None, call("查天气", {})),
            responds("…"),
            says("Sunny and rainy.", "So."),
            user("Thanks"),
        ],
    ),
    (
        "responses before and between",
        [
            responds("x"),
            user("a"),
            says("", "", ROME),
            responds("y"),
            says("z", "t"),
            responds("w"),
        ],
    ),
    (
        "a response in the user's name",
        [
            user("q"),
            says("<think>\nt\n</think>\n\n", None, ROME),
            user("<tool_response>\n1\n</tool_response>"),
            says("c", "d"),
        ],
    ),
    (
        "what only begins like a response",
        [user("q"), says("a", "t"), user("<tool_response>not at its end"), says("c", "d")],
    ),
    ("no user at all", [SYSTEM, says("b", "hm"), responds("r")]),
]


def renderings() -> Iterator[dict[str, Any]]:
    from transformers.utils.chat_template_utils import render_jinja_template

    template = TEMPLATE.read_text(encoding="utf-8")
    for name, messages in CONVERSATIONS:
        for tools in ([], [WEATHER, CHINESE]):
            for thinking in (True, False):
                texts, _ = render_jinja_template(
                    conversations=[messages],
                    tools=tools or None,
                    chat_template=template,
                    add_generation_prompt=True,
                    enable_thinking=thinking,
                )
                yield {
                    "name": name,
                    "messages": messages,
                    "tools": tools,
                    "thinking": thinking,
                    "text": texts[0],
                }


def main(path: Path) -> None:
    lines = [json.dumps(golden, ensure_ascii=False) for golden in renderings()]
    path.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")
    print(f"{path}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else GOLDENS)
