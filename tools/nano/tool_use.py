"""Choosing a tool or none, filling its arguments, reading responses, two tools in sequence."""

from __future__ import annotations

import json
from typing import Any

from .catalog import (
    NOUNS,
    VERBS,
    Tool,
    Value,
    any_tool,
    domain_tool,
    others,
    schema,
    value,
    verb_noun,
)
from .domain import OK, Domain
from .item import Draw, Item, Language, Turn
from .talk import INTENTS
from .toolbox import DOMAINS, HELD_OUT_DOMAINS

REFUSAL: dict[Language, str] = {
    "en": "None of my tools can do that.",
    "zh": "我的工具都做不到这一点。",
}
THOUGHTS: dict[Language, dict[str, str]] = {
    "en": {
        "fits": "{} fits: {}",
        "none": "No tool fits.",
        "read": "The tool responded.",
        "first": "First {}, then {}.",
        "then": "Now {} with {}.",
        "done": "All is done.",
    },
    "zh": {
        "fits": "{}合适：{}",
        "none": "没有合适的工具。",
        "read": "工具已返回结果。",
        "first": "先{}，再{}。",
        "then": "现在调用{}：{}。",
        "done": "都完成了。",
    },
}
DONE: dict[Language, str] = {"en": "Done.", "zh": "完成了。"}
N_TOOLS = (1, 2, 2, 3, 3, 4, 5, 6, 8)


def call(name: str, arguments: dict[str, Value]) -> dict[str, Any]:
    return {"name": name, "arguments": arguments}


def shuffled(draw: Draw, tools: list[Tool]) -> list[dict[str, Any]]:
    schemas = [tool.schema for tool in tools]
    draw.random.shuffle(schemas)
    return schemas


def tool_call(draw: Draw, skill: str, thinking: bool) -> Item:
    language = draw.language()
    tool = any_tool(draw, language)
    text, turn = _asked(draw, language, tool, thinking)
    offered = [tool, *others(draw, language, tool, draw.choice(N_TOOLS) - 1)]
    message = {"role": "user", "content": text}
    return Item(skill, [message], [turn], shuffled(draw, offered), thinking, language)


def _asked(draw: Draw, language: Language, tool: Tool, thinking: bool) -> tuple[str, Turn]:
    """A request for the tool, and its call."""
    text, arguments = tool.ask(draw)
    thought = THOUGHTS[language]["fits"].format(tool.name, tool.schema["function"]["description"])
    return text, Turn("", call(tool.name, arguments), reasoning=thought if thinking else "")


def no_tool(draw: Draw, skill: str, thinking: bool) -> Item:
    """A request that needs another tool, or none at all."""
    language = draw.language()
    if draw.chance(0.25):
        tool = any_tool(draw, language)
        text, turn = _small_talk(draw, language, thinking)
    else:
        tool = any_tool(draw, language)
        text, turn = _unmeant(draw, language, tool, thinking)
    offered: list[Tool] = []
    while not offered:
        offered = others(draw, language, tool, draw.choice(N_TOOLS))
    message = {"role": "user", "content": text}
    return Item(skill, [message], [turn], shuffled(draw, offered), thinking, language)


def _small_talk(draw: Draw, language: Language, thinking: bool) -> tuple[str, Turn]:
    intent = draw.choice(INTENTS[language][:7])
    text = draw.phrase(intent.phrasings)
    return text, Turn(intent.answer, reasoning=intent.thought if thinking else "")


def _unmeant(draw: Draw, language: Language, tool: Tool, thinking: bool) -> tuple[str, Turn]:
    """A request for a tool that is not offered."""
    text, _ = tool.ask(draw)
    thought = THOUGHTS[language]["none"] if thinking else ""
    return text, Turn(REFUSAL[language], reasoning=thought)


def requests(draw: Draw, thinking_share: float, n: int) -> list[Item]:
    """`n` items of tool_call and no_tool that are offered the same tools."""
    language = draw.language()
    tool = any_tool(draw, language)
    offered = [tool, *others(draw, language, tool, draw.choice(N_TOOLS) - 1)]
    taken = {name for each in offered for name in (each.topic, each.name)}
    schemas = shuffled(draw, offered)
    items = []
    for _ in range(n):
        thinking = draw.chance(thinking_share)
        skill = "tool_call" if draw.chance(0.7) else "no_tool"
        if skill == "tool_call":
            text, turn = _asked(draw, language, draw.choice(offered), thinking)
        elif draw.chance(0.25):
            text, turn = _small_talk(draw, language, thinking)
        else:
            other = tool
            while taken & {other.topic, other.name}:
                other = any_tool(draw, language)
            text, turn = _unmeant(draw, language, other, thinking)
        message = {"role": "user", "content": text}
        items.append(Item(skill, [message], [turn], schemas, thinking, language))
    return items


def _responding(draw: Draw) -> tuple[Domain, ...]:
    return HELD_OUT_DOMAINS if draw.held_out and draw.chance(0.4) else DOMAINS


def tool_response(draw: Draw, skill: str, thinking: bool) -> Item:
    """The tool was called already; what it responded is to be told."""
    language = draw.language()
    domain = draw.choice(_responding(draw))
    while domain.response is OK and draw.chance(0.8):
        domain = draw.choice(_responding(draw))
    tool = domain_tool(draw, language, domain)
    text, arguments = tool.ask(draw)
    response = {
        key: kind if domain.response is OK else value(draw, kind, language)
        for key, kind in domain.response.items()
    }
    made = call(tool.name, arguments)
    reasoning = THOUGHTS[language]["fits"].format(tool.name, tool.schema["function"]["description"])
    messages: list[dict[str, Any]] = [
        {"role": "user", "content": text},
        {
            "role": "assistant",
            "content": "",
            "reasoning_content": reasoning if thinking else "",
            "tool_calls": [{"type": "function", "function": made}],
        },
        {"role": "tool", "content": json.dumps(response, ensure_ascii=False)},
    ]
    answer = domain.answers[language].format(**response)
    thought = THOUGHTS[language]["read"]
    offered = [tool, *others(draw, language, tool, draw.choice((0, 0, 1, 2)))]
    turn = Turn(answer, reasoning=thought if thinking else "")
    return Item(skill, messages, [turn], shuffled(draw, offered), thinking, language)


# What is looked up (index of a word in the request, field of the response), what is done with it.
FIND_THEN: dict[Language, tuple[str, ...]] = {
    "en": (
        "Find the {n} of {p} and {v} it.",
        "Look for the {n} of {p}, then {v} it.",
        "Please find the {n} of {p} and then {v} it.",
        "I want to {v} the {n} of {p}. Find it first.",
        "Search the {n} that {p} has and {v} it.",
    ),
    "zh": (
        "找到{p}的{n}，然后{v}。",
        "查找{p}的{n}并{v}。",
        "先找{p}的{n}，再{v}它。",
        "请查找{p}的{n}，之后{v}。",
    ),
}
CONTACTS: dict[Language, dict[str, tuple[str, ...]]] = {
    "en": {
        "email": (
            "Find the email of {p} and write there: '{t}'.",
            "Send '{t}' to the email address of {p}.",
            "Look up the email of {p} and send '{t}' to it.",
        ),
        "phone": (
            "Find the phone number of {p} and call it.",
            "Look up the number of {p}, then call.",
            "Please call {p}; find the number first.",
        ),
    },
    "zh": {
        "email": ("查找{p}的邮箱，然后发送“{t}”。", "给{p}的邮箱发邮件：“{t}”，先查地址。"),
        "phone": ("查找{p}的电话，然后拨打。", "先查{p}的号码，再打电话。"),
    },
}
FIND = 1  # index of the verb
BY_NAME = {domain.names[0]: domain for domain in DOMAINS}


def tool_sequence(draw: Draw, skill: str, thinking: bool) -> Item:
    """A first tool finds what the second one takes."""
    language = draw.language()
    make = _contact if draw.chance(0.3) else _find_then
    text, tools, first, response, second = make(draw, language)
    thoughts = THOUGHTS[language]
    found = next(iter(response.values()))
    turns = [
        Turn(
            "",
            first,
            json.dumps(response, ensure_ascii=False),
            reasoning=thoughts["first"].format(first["name"], second["name"]),
        ),
        Turn("", second, json.dumps(OK), reasoning=thoughts["then"].format(second["name"], found)),
        Turn(DONE[language], reasoning=thoughts["done"]),
    ]
    if not thinking:
        turns = [Turn(t.content, t.tool_call, t.response) for t in turns]
    draw.random.shuffle(tools)
    return Item(skill, [{"role": "user", "content": text}], turns, tools, thinking, language)


Sequence = tuple[str, list[dict[str, Any]], dict[str, Any], dict[str, Value], dict[str, Any]]


def _find_then(draw: Draw, language: Language) -> Sequence:
    """find_<noun> gives a number, <verb>_<noun> takes it; a third tool does something else."""
    verb, noun = verb_noun(draw)
    while verb in (0, FIND, 3):  # to get or create is no second step
        verb, noun = verb_noun(draw)
    other = draw.choice([i for i in range(len(VERBS)) if i not in (0, FIND, 3, verb)])
    words, who = NOUNS[noun], value(draw, "person", language)
    chinese = language == "zh"
    key, field = draw.choice(("owner", "person", "name")), draw.choice(("id", "number"))
    names = [f"{draw.choice(VERBS[i][0])}_{words[0]}" for i in (FIND, verb, other)]
    described = [
        f"{draw.choice(VERBS[i][1])}{words[1]}。"
        if chinese
        else f"{draw.choice(VERBS[i][0]).capitalize()} a {words[0]}."
        for i in (FIND, verb, other)
    ]
    kinds = [{key: "person"}, {field: "id"}, {field: "id"}]
    tools = [schema(*each) for each in zip(names, described, kinds, strict=True)]
    if draw.chance(0.4):
        tools.pop()
    found = value(draw, "id", language)
    said = draw.choice(VERBS[verb][chinese])
    text = draw.phrase(FIND_THEN[language]).format(n=words[chinese], p=who, v=said)
    return text, tools, call(names[0], {key: who}), {field: found}, call(names[1], {field: found})


def _contact(draw: Draw, language: Language) -> Sequence:
    kind = draw.choice(("email", "phone"))
    find = domain_tool(draw, language, BY_NAME[f"find_{kind}"])
    use = domain_tool(draw, language, BY_NAME["send_email" if kind == "email" else "call"])
    _, asked = find.ask(draw)
    _, given = use.ask(draw)
    who, texts = next(iter(asked.values())), list(given.values())
    found = value(draw, kind, language)
    given[next(iter(given))] = found
    text = draw.phrase(CONTACTS[language][kind]).format(p=who, t=texts[-1])
    tools = [find.schema, use.schema]
    tools += [tool.schema for tool in others(draw, language, find, 1) if tool.topic != use.topic]
    return text, tools, call(find.name, asked), {kind: found}, call(use.name, given)
