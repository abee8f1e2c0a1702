"""Choosing a tool or none, filling its arguments, reading responses, two tools in sequence."""

from __future__ import annotations

import json
from typing import Any

from . import notes
from .catalog import (
    CLAUSES,
    VERBS,
    Tool,
    any_tool,
    article,
    domain_tool,
    made_up,
    made_up_tool,
    others,
    schema,
    verb_noun,
)
from .item import Draw, Item, Language, Turn
from .talk import INTENTS
from .toolbox import DOMAINS, HELD_OUT_DOMAINS
from .toolbox.domain import OK
from .values import Value, value

REFUSAL: dict[Language, str] = {
    "en": "None of my tools can do that.",
    "zh": "我的工具都做不到这一点。",
}
THOUGHTS: dict[Language, dict[str, str]] = {
    "en": {
        "offered": "Tool: {}\n",
        "argument": "\n{}: {}",
        "read": "The tool responded.",
        "first": "First {}, then {}.",
        "then": "Now {} with {}.",
        "done": "All is done.",
    },
    "zh": {
        "offered": "工具：{}\n",
        "argument": "\n{}：{}",
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


def _offered(draw: Draw, language: Language, tool: Tool, n_others: int) -> list[Tool]:
    """The tool and up to so many others, in any order."""
    tools = [tool, *others(draw, language, tool, n_others)]
    draw.random.shuffle(tools)
    return tools


def _schemas(tools: list[Tool]) -> list[dict[str, Any]]:
    return [tool.schema for tool in tools]


def tool_call(draw: Draw, skill: str, thinking: bool) -> Item:
    language = draw.language()
    tool = any_tool(draw, language)
    offered = _offered(draw, language, tool, draw.choice(N_TOOLS) - 1)
    text, turn = _asked(draw, language, offered, tool, thinking)
    message = {"role": "user", "content": text}
    return Item(skill, [message], [turn], _schemas(offered), thinking, language)


def _asked(
    draw: Draw, language: Language, offered: list[Tool], tool: Tool, thinking: bool
) -> tuple[str, Turn]:
    """A request for the tool, and its call."""
    text, arguments = tool.ask(draw)
    thought = _found(language, offered, tool, arguments) if thinking else ""
    return text, Turn("", call(tool.name, arguments), reasoning=thought)


def _found(language: Language, offered: list[Tool], tool: Tool, arguments: dict[str, Value]) -> str:
    """The tools, that which is asked for, and what it is to be given, one a line. It is not said by
    the few words of its description: its name may be what tells that it is meant."""
    line = THOUGHTS[language]["argument"]
    given = "".join(line.format(*each) for each in arguments.items())
    return _noted(language, offered) + notes.asked(language, tool.noted) + given


def _noted(language: Language, offered: list[Tool]) -> str:
    """Each tool in few words, with what a call of it takes."""
    line = THOUGHTS[language]["offered"]
    return "".join(line.format(notes.note(tool.key, tool.noted)) for tool in offered)


def no_tool(draw: Draw, skill: str, thinking: bool) -> Item:
    """A request that needs another tool, or none at all."""
    language = draw.language()
    tool = any_tool(draw, language)
    offered: list[Tool] = []
    while not offered:
        offered = others(draw, language, tool, draw.choice(N_TOOLS))
    draw.random.shuffle(offered)
    if draw.chance(0.25):
        text, turn = _small_talk(draw, language, thinking)
    else:
        text, turn = _unmeant(draw, language, offered, tool, thinking)
    message = {"role": "user", "content": text}
    return Item(skill, [message], [turn], _schemas(offered), thinking, language)


def _small_talk(draw: Draw, language: Language, thinking: bool) -> tuple[str, Turn]:
    intent = draw.choice(INTENTS[language][:7])
    text = draw.phrase(intent.phrasings)
    return text, Turn(intent.answer, reasoning=intent.thought if thinking else "")


def _unmeant(
    draw: Draw, language: Language, offered: list[Tool], tool: Tool, thinking: bool
) -> tuple[str, Turn]:
    """A request for a tool that is not offered."""
    text, _ = tool.ask(draw)
    thought = _noted(language, offered) + notes.asked(language, notes.MISSING)
    return text, Turn(REFUSAL[language], reasoning=thought if thinking else "")


def requests(draw: Draw, thinking_share: float, no_tool_share: float, n: int) -> list[Item]:
    """`n` items of tool_call and no_tool that are offered the same tools."""
    language = draw.language()
    tool = any_tool(draw, language)
    offered = _offered(draw, language, tool, draw.choice(N_TOOLS) - 1)
    taken = {name for each in offered for name in (each.topic, each.name)}
    items = []
    for _ in range(n):
        thinking = draw.chance(thinking_share)
        skill = "no_tool" if draw.chance(no_tool_share) else "tool_call"
        if skill == "tool_call":
            text, turn = _asked(draw, language, offered, draw.choice(offered), thinking)
        elif draw.chance(0.25):
            text, turn = _small_talk(draw, language, thinking)
        else:
            other = tool
            while taken & {other.topic, other.name}:
                other = any_tool(draw, language)
            text, turn = _unmeant(draw, language, offered, other, thinking)
        message = {"role": "user", "content": text}
        items.append(Item(skill, [message], [turn], _schemas(offered), thinking, language))
    return items


def _responding(draw: Draw, language: Language) -> Tool:
    """Mostly one that responds with more than that it is done."""
    if draw.chance(0.3):
        return made_up_tool(draw, language)
    domains = HELD_OUT_DOMAINS if draw.held_out and draw.chance(0.4) else DOMAINS
    domain = draw.choice(domains)
    while domain.response is OK and draw.chance(0.8):
        domain = draw.choice(domains)
    return domain_tool(draw, language, domain)


def _response(draw: Draw, language: Language, tool: Tool) -> dict[str, Value]:
    if tool.domain:
        fields = [(names.split(), kind) for names, kind in tool.domain.response.items()]
    else:
        clauses = draw.sample(CLAUSES, draw.choice((0, 1, 1, 2)))
        fields = [(list(names), kind) for names, kind, _ in clauses]
    if not fields or (tool.domain and tool.domain.response is OK):
        return {**OK}
    return {draw.choice(names): value(draw, kind, language) for names, kind in fields}


def _told(language: Language, response: dict[str, Value]) -> str:
    """One rule for all tools."""
    if response == OK:
        return DONE[language]
    if language == "zh":
        return f"结果是{'，'.join(map(str, response.values()))}。"
    return " ".join(f"The {key.replace('_', ' ')} is {v}." for key, v in response.items())


def tool_response(draw: Draw, skill: str, thinking: bool) -> Item:
    """The tool was called already; what it responded is to be told."""
    language = draw.language()
    tool = _responding(draw, language)
    text, arguments = tool.ask(draw)
    response = _response(draw, language, tool)
    offered = _offered(draw, language, tool, draw.choice((0, 0, 1, 2)))
    made = {"type": "function", "function": call(tool.name, arguments)}
    messages: list[dict[str, Any]] = [
        {"role": "user", "content": text},
        {
            "role": "assistant",
            "content": "",
            "reasoning_content": _found(language, offered, tool, arguments) if thinking else "",
            "tool_calls": [made],
        },
        {"role": "tool", "content": json.dumps(response, ensure_ascii=False)},
    ]
    thought = THOUGHTS[language]["read"] if thinking else ""
    turn = Turn(_told(language, response), reasoning=thought)
    return Item(skill, messages, [turn], _schemas(offered), thinking, language)


# What is looked up (index of a word in the request, field of the response), what is done with it.
FIND_THEN: dict[Language, tuple[str, ...]] = {
    "en": (
        "Find the {n} of {p} and {v} it.",
        "Look for the {n} of {p}, then {v} it.",
        "Please find the {n} of {p} and then {v} it.",
        "I want to {v} the {n} of {p}. Find it first.",
        "Search the {n} that {p} has and {v} it.",
        "[Could|Can|Would] you [find|look up|search] the {n} of {p} and [then |]{v} it[, please|]?",
        "{p} has {a} {n}. [Find|Look up|Search for] it and {v} it[, please|].",
        "[I need|We need|I want|I'd like] to {v} the {n} [of|that belongs to] {p}, [so find it first|but find out where it is].",
        "[First|To begin with] [find|look for|look up] the {n} of {p}, [then|after that|and then] {v} it.",
        "{v} the {n} of {p}[, but find it first|, once you have found it|; look for it before that].",
        "[The|That] {n} of {p}: [find|look for|search] it, [then |]{v} it[, thanks|].",
        "find {n} of {p}, {v} it[ please|]",
        "[See|Check] which {n} {p} has and [then |]{v} it[ for me|].",
        "[My boss|A friend|My colleague] wants to {v} the {n} of {p}. Find [it|that] first.",
        "[There must be|There is] {a} {n} [of|from] {p}[ somewhere|]. Find it, then {v} it.",
        "[Is it possible to|Could we|Can we] find the {n} [for|of] {p} and {v} it?",
        "[Get hold of|Find me|Look up] the {n} {p} has, [next|then|afterwards] {v} it.",
    ),
    "zh": (
        "找到{p}的{n}，然后{v}。",
        "查找{p}的{n}并{v}。",
        "先找{p}的{n}，再{v}它。",
        "请查找{p}的{n}，之后{v}。",
        "[能不能|能否]找[一下|到|]{p}的{n}，[再|然后]{v}[一下|]？",
        "[帮我|麻烦|请]把{p}的{n}[找出来|找到]，[再|然后]{v}[，谢谢|]。",
        "[我想|我要|我得]{v}{p}的{n}，[先找一下|请先找到它|先查出来]。",
        "{p}的{n}：[查找|找到]，[再|然后]{v}。",
        "{v}{p}的{n}，[不过|]先[找|查找][一下|到它]。",
        "{p}有[个|一个|]{n}，[找到|查到][后|以后]{v}。",
        "[老板|同事|朋友]要{v}{p}的{n}，[先查一下|先找出来|请先找到]。",
        "[搜一下|查一下|找一下]{p}的{n}，[找到后|之后|接着]{v}。",
    ),
}
CONTACTS: dict[Language, dict[str, tuple[str, ...]]] = {
    "en": {
        "email": (
            "Find the email of {p} and write there: '{t}'.",
            "Send '{t}' to the email address of {p}.",
            "Look up the email of {p} and send '{t}' to it.",
            "[Could|Can] you [email|send an email to|write an email to] {p}[ and say| saying|:] '{t}'?",
            "[Email|Mail|Write an email to] {p}: '{t}'[. Look up the address first|. The address is in my contacts|].",
            "I [need|want|have] to [email|mail|write to] {p}: '{t}'. [Find|Look up|Search] the address[ first|].",
            "{p} should get an email [that says|saying|with] '{t}'[, find the address|, look the address up|].",
            "[Get|Find|Search] the [email|mail] address of {p}[ and|, then] [mail|send|write] '{t}'.",
            "'{t}' - [mail|email|send] that to {p}[, but find the address first|, after looking up the email|].",
            "email {p} '{t}'[, look up the address|]",
            "[I don't know|I forgot|I lost] the email of {p}. [Find it|Look it up] and [write|send|mail] '{t}'.",
        ),
        "phone": (
            "Find the phone number of {p} and call it.",
            "Look up the number of {p}, then call.",
            "Please call {p}; find the number first.",
            "[Could|Can|Would] you [call|phone|ring] {p}[ for me|, please|]?",
            "I [need|want|have] to [talk to|speak to|call|phone] {p}. [Find|Look up] the number and [call|dial it|ring].",
            "[Get|Find] the [phone |telephone |]number of {p}, then [dial|ring|call] it.",
            "[I don't know|I forgot|I lost] the number of {p}. [Find it|Look it up] and [call|dial it|ring].",
            "[Phone|Ring|Call] {p}[, the number is in my contacts|, look the number up|, once you have the number].",
            "call {p}, [find|look up|search] the number",
            "{p}: [find|look up] the number and [call|dial it|ring].",
            "[I'd like|I would like] [to talk|to speak] to {p}, [look up the number and call|so find the number and dial it].",
        ),
    },
    "zh": {
        "email": (
            "查找{p}的邮箱，然后发送“{t}”。",
            "给{p}的邮箱发邮件：“{t}”，先查地址。",
            "[帮我|麻烦|请]给{p}发[一封|封|]邮件[，写|，说|：]“{t}”[，地址要查一下|，先找邮箱|]。",
            "[能不能|能否]查[一下|]{p}的邮箱，[再|然后]把“{t}”发过去？",
            "[我想|我要]给{p}[写信|发邮件]：“{t}”，[先查|查一下|先找]邮箱。",
            "把“{t}”用邮件发给{p}[，邮箱查一下|，先找地址|]。",
            "[我忘了|我不知道]{p}的邮箱，[查一下|找出来]，[然后|再]发“{t}”。",
            "{p}的邮箱查一下，[然后|再|]发“{t}”过去。",
        ),
        "phone": (
            "查找{p}的电话，然后拨打。",
            "先查{p}的号码，再打电话。",
            "[帮我|麻烦|请]给{p}打[个|一个|]电话[，号码查一下|，先找号码|]。",
            "[能不能|能否]查[一下|]{p}的[号码|电话]，[再|然后]打过去？",
            "[我想|我要|我得]打电话给{p}，[先查号码|查一下号码|找一下电话]。",
            "[我忘了|我不知道]{p}的[号码|电话]，[查一下|找出来]，[再|然后]拨打。",
            "{p}的电话：[查|找]一下，[再|然后]打。",
            "[打给|拨给]{p}[，号码在通讯录里|，先查一下号码|]。",
        ),
    },
}
FIND = VERBS[1]
FIRST = (VERBS[0], FIND, VERBS[3])  # to get, find or create is no second step
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
    while verb in FIRST:
        verb, noun = verb_noun(draw)
    other = draw.choice([each for each in VERBS if each not in (*FIRST, verb)])
    who, is_chinese = value(draw, "person", language), language == "zh"
    (fields, _, _), (keys, _, _), *_ = CLAUSES
    key, field = draw.choice((*keys, "name")), draw.choice(fields)
    takes = field if draw.chance(0.7) else draw.choice(fields)
    kinds = [{key: "person"}, {takes: "id"}, {takes: "id"}]
    made = [made_up(draw, language, each, noun) for each in (FIND, verb, other)]
    tools = [
        schema(name, described, kind)
        for (name, described, _), kind in zip(made, kinds, strict=True)
    ]
    if draw.chance(0.4):
        tools.pop()
    found = value(draw, "id", language)
    said, thing = draw.choice(verb[is_chinese]), noun[is_chinese]
    text = draw.phrase(FIND_THEN[language]).format(n=thing, a=article(thing), p=who, v=said)
    first, second = call(made[0][0], {key: who}), call(made[1][0], {takes: found})
    return text[0].upper() + text[1:], tools, first, {field: found}, second


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
