"""The generator of conversations: seeds, what is held out, and each answer computed another way."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest

from nano import values
from nano.catalog import NOUNS, VERBS
from nano.item import Draw, Item, Turn, write_items
from nano.mixture import (
    EXTRA,
    MAKERS,
    WEIGHTS,
    held_out_items,
    make,
    training_families,
    training_items,
)
from nano.people import CITIES, place
from nano.toolbox import DOMAINS, HELD_OUT_DOMAINS

N = 150
HAND_WRITTEN = Path(__file__).parents[3] / "tools" / "nano" / "handwritten.jsonl"


def read_items(path: Path) -> Iterator[Item]:
    """With what evaluation does not look at."""
    for line in path.read_text(encoding="utf-8").splitlines():
        values = json.loads(line)
        values["expected"] = [Turn(**turn) for turn in values["expected"]]
        yield Item(**values)


def drawn(skill: str, held_out: bool, n: int = N, thinking: bool | None = None) -> list[Item]:
    """Of both modes in turn, or of one."""
    draw = Draw(f"test {skill} {held_out}", held_out)
    return [make(draw, skill, i % 2 == 0 if thinking is None else thinking) for i in range(n)]


def question(item: Item) -> str:
    text: str = item.messages[-1]["content"]
    return text


def numbers(text: str) -> list[int]:
    return [int(n) for n in re.findall(r"\d+", text)]


def thought(item: Item) -> list[str]:
    """Its lines."""
    assert item.thinking
    return item.expected[0].reasoning.splitlines()


def operands(item: Item) -> tuple[int, int]:
    """Of a sum, difference or product, as its thought ends."""
    a, b = re.split("[+×-]", thought(item)[-1].partition("=")[0])
    return int(a), int(b)


def listed(item: Item) -> list[str]:
    """The words or numbers of a list, as its thought goes through them."""
    _, *lines = thought(item)
    if item.skill != "sort":
        return [line.partition(" ")[2] for line in lines]
    return [re.sub("^0", "", line.partition(":")[0]) for line in lines[:-1]]


def is_within(few: list[int], many: list[int]) -> bool:
    """All of them, in their order."""
    found = iter(many)
    return all(n in found for n in few)


def test_a_seed_gives_the_same_conversations() -> None:
    first = [item.to_json() for item in islice(training_items(7), 300)]
    assert first == [item.to_json() for item in islice(training_items(7), 300)]
    assert first != [item.to_json() for item in islice(training_items(8), 300)]
    assert held_out_items(1, "steps_3", 20) == held_out_items(1, "steps_3", 20)


def test_training_has_all_skills_in_both_modes_and_no_others() -> None:
    seen = {(item.skill, item.thinking) for item in islice(training_items(1), 3000)}
    assert seen == {(skill, thinking) for skill in MAKERS for thinking in (True, False)}
    assert WEIGHTS.keys() == MAKERS.keys()
    assert not EXTRA.keys() & MAKERS.keys()


def test_early_training_has_few_tools() -> None:
    few, many = (
        sum(bool(f[0].tools) for f in islice(training_families(1, early=early), 2000))
        for early in (True, False)
    )
    assert 8 < few < many / 4


def test_families_are_offered_the_same_tools_and_are_items_like_others() -> None:
    families = list(islice(training_families(6), 9000))
    shared = [family for family in families if len(family) > 1]
    assert len(shared) > 50
    for family in shared:
        assert all(item.tools == family[0].tools for item in family)
        offered = {tool["function"]["name"] for tool in family[0].tools}
        for item in family:
            (turn,) = item.expected
            assert (turn.tool in offered) == (item.skill == "tool_call")
            assert bool(turn.reasoning) == item.thinking
    counts = Counter(item.skill for family in families for item in family)
    for skill, weight in WEIGHTS.items():
        share = counts[skill] / counts.total()
        assert share == pytest.approx(weight / sum(WEIGHTS.values()), rel=0.25), skill


def test_what_is_asked_stands_among_the_notes_of_tools() -> None:
    items = [item for item in drawn("tool_call", held_out=True, n=200) if item.thinking]
    for item in items:
        lines = item.expected[0].reasoning.replace("：", ": ").splitlines()
        notes = [line.partition(": ")[2] for line in lines[: len(item.tools)]]
        _, _, asked = lines[len(item.tools)].partition(": ")
        assert asked in [note.partition(": ")[2] for note in notes]
        for note, tool in zip(notes, item.tools, strict=True):
            function = tool["function"]
            names = ", ".join(function["parameters"]["properties"])
            assert note.endswith(f': "{function["name"]}" {names}')
        assert asked.startswith(f'"{item.expected[0].tool}" ')
    assert len(items) > 50


def test_what_no_tool_does_is_in_no_note() -> None:
    items = [item for item in drawn("no_tool", held_out=True, n=200) if item.thinking]
    refused = [item for item in items if len(item.expected[0].reasoning.splitlines()) > 1]
    for item in refused:
        asked = item.expected[0].reasoning.splitlines()[len(item.tools)]
        assert asked in ("Asked: ?", "问：?")
    assert len(refused) > 50


def test_an_item_thinks_where_it_is_to() -> None:
    for item in islice(training_items(2), 500):
        assert all(bool(turn.reasoning) == item.thinking for turn in item.expected)


@pytest.mark.parametrize("skill", ["lookup", "subtract_3", "steps_3", "sort", "count"])
def test_both_modes_have_the_same_questions_and_answers(skill: str) -> None:
    items = held_out_items(3, skill, 40)
    thinking, direct = items[:40], items[40:]
    assert all(item.thinking for item in thinking)
    for one, other in zip(thinking, direct, strict=True):
        assert one.messages == other.messages
        assert one.expected[0].content == other.expected[0].content
    assert len({question(item) for item in direct}) == 40


def test_items_survive_their_file(tmp_path: Path) -> None:
    items = [item for skill in MAKERS for item in drawn(skill, held_out=True, n=5)]
    write_items(tmp_path / "items.jsonl", items)
    assert list(read_items(tmp_path / "items.jsonl")) == items


def practised(skill: str, n: int = 400) -> list[Item]:
    draw = Draw(f"practice {skill}", held_out=False, practice=True)
    return [make(draw, skill, thinking=i % 2 == 0) for i in range(n)]


def noted(item: Item) -> list[tuple[str, str]]:
    """What a thought notes of a passage, and last what is asked: keys and values."""
    *facts, asked = item.expected[0].reasoning.splitlines()
    found = [re.fullmatch("(?:Fact: |事实：)(.*): (.*)", line) for line in facts]
    found.append(re.fullmatch("(?:Asked: |问：)(.*): (.*)", asked))
    pairs = [(each[1], each[2]) for each in found if each]
    assert len(pairs) == len(found)
    return pairs


def test_values_are_unknown_at_times_in_practice_alone() -> None:
    known, shares = values.LISTS["room"]["zh"], {}
    for practice in (True, False):
        draw = Draw(3, held_out=False, practice=practice)
        rooms = [values.value(draw, "room", "zh") for _ in range(400)]
        shares[practice] = sum(room not in known for room in rooms) / len(rooms)
        places = {place(draw, "zh") for _ in range(400)}.difference(CITIES["zh"])
        assert any(name[-1] not in "城镇县" for name in places) == practice
    assert shares[False] == 0
    assert 0.15 < shares[True] < 0.35


def test_practice_leaves_out_words_and_no_content() -> None:
    items = practised("add_2")
    for item in items:
        if item.thinking:
            assert set(operands(item)) <= set(numbers(question(item)))
    plain, noisy = (
        {re.sub(r"\d+", "#", question(item)) for item in each}
        for each in (drawn("add_2", held_out=False, n=3000), items)
    )
    assert len(noisy - plain) > len(noisy) / 5
    for item in practised("lookup"):
        for key, value in noted(item)[:-1] if item.thinking else ():
            subject = re.split(" |的", key)[0]
            assert subject in question(item)
            assert value in question(item)


def test_practice_invents_words() -> None:
    names = [tool["function"]["name"] for item in practised("tool_call") for tool in item.tools]
    known = {word for verbs, _ in VERBS for verb in verbs for word in verb.split()}
    known |= {noun for noun, _ in NOUNS} | {name for domain in DOMAINS for name in domain.names}
    invented = [name for name in names if name not in known and set(name.split("_")) - known]
    assert len(names) / 8 < len(invented) < len(names) / 2


def content(skill: str, item: Item) -> object:
    """What must not be both in training and held out."""
    if skill in ("reverse", "sort", "count"):
        return tuple(listed(item))
    if skill.startswith("tool") or skill == "no_tool":
        return json.dumps([item.messages, item.tools])
    if skill.startswith(("add", "subtract", "multiply")):
        return operands(item)
    return question(item)


@pytest.mark.parametrize("skill", [skill for skill in MAKERS if skill != "talk"])
def test_what_is_held_out_is_not_in_training(skill: str) -> None:
    trained = {content(skill, item) for item in drawn(skill, False, n=3000, thinking=True)}
    for item in drawn(skill, True, n=300, thinking=True):
        assert content(skill, item) not in trained


def test_tools_are_held_out() -> None:
    names = {name for domain in HELD_OUT_DOMAINS for name in domain.names}
    assert not names & {name for domain in DOMAINS for name in domain.names}
    offered = {
        tool["function"]["name"] for item in islice(training_items(5), 4000) for tool in item.tools
    }
    assert not names & offered
    tested = {
        tool["function"]["name"]
        for item in drawn("tool_call", held_out=True)
        for tool in item.tools
    }
    assert names & tested


def test_phrasings_are_held_out() -> None:
    trained, tested = (
        {re.sub(r"\d+", "#", question(item)) for item in drawn("add_2", held_out, 3000)}
        for held_out in (False, True)
    )
    assert tested - trained
    assert tested & trained


ARITHMETIC: dict[str, Callable[[int, int], int]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
}


@pytest.mark.parametrize("held_out", [True, False])
@pytest.mark.parametrize("skill", ["add_2", "add_3", "subtract_2", "subtract_3", "multiply"])
def test_arithmetic_is_right(skill: str, held_out: bool) -> None:
    for item in drawn(skill, held_out, thinking=True):
        a, b = operands(item)
        assert {a, b} <= set(numbers(question(item))), question(item)
        answer = item.expected[0].content
        assert int(answer) == ARITHMETIC[skill.split("_")[0]](a, b)
        *lines, last = thought(item)
        for line in lines[1:]:
            sides = re.match(r"([\d+×-]+)=(-?\d+)", line)
            if sides:
                terms = re.sub(r"\b0+(?=\d)", "", sides[1].replace("×", "*"))
                assert eval(terms) == int(sides[2]), line
        assert last.endswith(f"={answer}")


STEP = re.compile(r"\d: ([+×÷-])(\d+)")
OPERATIONS: dict[str, Callable[[int, int], int]] = {
    "+": lambda value, n: value + n,
    "-": lambda value, n: value - n,
    "×": lambda value, n: value * n,
    "÷": lambda value, n: value // n,
}


@pytest.mark.parametrize("held_out", [True, False])
@pytest.mark.parametrize("skill", ["steps_2", "steps_3", "steps_5", "steps_6"])
def test_problems_of_several_steps_are_right(skill: str, held_out: bool) -> None:
    """A step that doubles or halves may say so without a number."""
    for item in drawn(skill, held_out, thinking=True):
        lines = thought(item)
        steps = [(each[1], int(each[2])) for line in lines if (each := STEP.fullmatch(line))]
        assert len(steps) == int(skill[-1])
        # Each is worked out on lines that begin with its number; the last one is the whole sum.
        parts = re.split(r"\n(?=\d: )", "\n".join(lines[len(steps) :]))
        sums = [part.splitlines()[-1].rpartition(": ")[2].partition("=") for part in parts]
        value = start = int(re.split("[+×÷-]", sums[0][0])[0])
        for (before, _, after), (sign, n) in zip(sums, steps, strict=True):
            assert before == f"{value}{sign}{n}"
            value = OPERATIONS[sign](value, n)
            assert after == str(value)
        assert item.expected[0].content == str(value)
        said = numbers(question(item))
        assert start in said, question(item)
        assert is_within([n for sign, n in steps if sign in "+-" or n > 2], said), question(item)


@pytest.mark.parametrize("held_out", [True, False])
@pytest.mark.parametrize("skill", ["reverse", "sort", "count"])
def test_lists_are_right(skill: str, held_out: bool) -> None:
    for item in drawn(skill, held_out, thinking=True):
        words, answer = listed(item), item.expected[0].content
        assert any(joint.join(words) in question(item) for joint in (", ", "、", " "))
        found = re.split(", |、| ", answer)
        if skill == "count":
            assert found == [str(len(words))], question(item)
        elif skill == "reverse":
            assert found == words[::-1], question(item)
        else:
            assert found == sorted(words, key=int if words[0].isdigit() else str)


@pytest.mark.parametrize("held_out", [True, False])
def test_facts_are_in_the_passage(held_out: bool) -> None:
    n_unknown = 0
    for item in drawn("lookup", held_out):
        turn = item.expected[0]
        if turn.content in ("The text does not say.", "文中没有提到。"):
            n_unknown += 1
        else:
            assert turn.content in question(item)
        if item.thinking:
            *facts, (key, found) = noted(item)
            assert all(value in question(item) for _, value in facts)
            assert dict(facts).get(key, "?") == found
            assert found in (turn.content, "?")
    assert 0 < n_unknown < N / 3


@pytest.mark.parametrize("held_out", [True, False])
def test_calls_take_their_arguments_from_the_request(held_out: bool) -> None:
    for item in drawn("tool_call", held_out):
        call = item.expected[0].tool_call
        assert call
        tools = {tool["function"]["name"]: tool["function"] for tool in item.tools}
        assert len(tools) == len(item.tools)
        parameters = tools[call["name"]]["parameters"]
        assert list(call["arguments"]) == parameters["required"]
        for name, value in call["arguments"].items():
            assert str(value).lower() in question(item).lower()
            kind = parameters["properties"][name]["type"]
            assert kind == ("integer" if isinstance(value, int) else "string")


def test_one_to_eight_tools_are_offered() -> None:
    counts = {len(item.tools) for item in drawn("tool_call", held_out=False, n=600)}
    assert min(counts) == 1
    assert max(counts) == 8


@pytest.mark.parametrize("held_out", [True, False])
def test_no_tool_is_called_without_need(held_out: bool) -> None:
    for item in drawn("no_tool", held_out):
        assert item.tools
        assert item.expected[0].tool_call is None
        assert item.expected[0].content


@pytest.mark.parametrize("held_out", [True, False])
def test_responses_are_read_out(held_out: bool) -> None:
    for item in drawn("tool_response", held_out):
        response = json.loads(item.messages[-1]["content"])
        if response != {"status": "ok"}:
            assert all(str(value) in item.expected[0].content for value in response.values())


# The kind of each tool from daily life: two of one kind could both be meant.
KINDS = {name: domain.names[0] for domain in (*DOMAINS, *HELD_OUT_DOMAINS) for name in domain.names}


def calls(item: Item) -> Iterator[tuple[str, dict[str, object]]]:
    for turn in item.expected:
        if turn.tool_call:
            yield turn.tool_call["name"], turn.tool_call["arguments"]


@pytest.mark.parametrize("held_out", [True, False])
def test_a_second_tool_takes_what_the_first_one_finds(held_out: bool) -> None:
    for item in drawn("tool_sequence", held_out, n=600):
        (first, asked), (second, given) = calls(item)
        offered = [tool["function"]["name"] for tool in item.tools]
        assert {first, second} <= set(offered)
        assert len(offered) == len(set(offered))
        kinds = [kind for name in offered if (kind := KINDS.get(name))]
        assert len(kinds) == len(set(kinds))
        assert all(str(value).lower() in question(item).lower() for value in asked.values())
        found = json.loads(item.expected[0].response or "")
        assert set(found.values()) & set(given.values())


def test_items_by_hand_are_whole() -> None:
    items = list(read_items(HAND_WRITTEN))
    direct = [item for item in items if not item.thinking]
    assert len(items) == 2 * len(direct) == 400
    assert {item.skill for item in items} == MAKERS.keys()
    trained = {str(item.messages[0]).lower() for item in islice(training_items(9), 20_000)}
    assert not [i.messages for i in direct if str(i.messages[0]).lower() in trained]
    for item in direct:
        for turn in item.expected:
            if turn.tool_call:
                names = [tool["function"]["name"] for tool in item.tools]
                assert turn.tool_call["name"] in names
