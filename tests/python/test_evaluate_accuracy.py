"""Right answers: items, judgement, intervals, comparison, and what the commands print."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from scripted_model import scripted_checkpoint
from test_evaluate_cli import figures, run

from qwen3lite import FileError, InvalidArgumentError, Model, ModelFormatError
from qwen3lite.evaluate import Item, Pairs, Share, Turn, accuracy, compare, read_items
from qwen3lite.evaluate.accuracy import is_answer
from qwen3lite.evaluate.report import report, share_text

CALL: dict[str, Any] = {"name": "f", "arguments": {"n": 7}}
CALLED = '<tool_call>\n{"name": "f", "arguments": {"n": 7}}\n</tool_call>'
TOOL = {"type": "function", "function": {"name": "f", "parameters": {}}}
ENDS = "<|im_end|>"


def item(answer: str = "4", skill: str = "sums", **fields: Any) -> Item:
    return Item(skill, [{"role": "user", "content": "?"}], [Turn(answer)], **fields)


def says(directory: Path, text: Sequence[str]) -> Model:
    """A model that answers with `text`, whatever it is asked; its template ends on a newline."""
    script = ["\n", *text, ENDS]
    return Model(scripted_checkpoint(directory / "says", script), n_ctx=256)


@pytest.fixture(scope="module")
def four(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return says(tmp_path_factory.mktemp("four"), "4")


@pytest.fixture(scope="module")
def five(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return says(tmp_path_factory.mktemp("five"), "5")


@pytest.fixture
def items_file(tmp_path: Path) -> Path:
    path = tmp_path / "items.jsonl"
    lines = [
        {"skill": skill, "thinking": thinking, "messages": [{"role": "user", "content": "?"}]}
        | {"expected": [{"content": answer, "reasoning": "is not read"}]}
        for skill, thinking, answer in (
            *(("sums", True, "4"), ("sums", False, "4"), ("sums", False, "5")),
            ("words", False, "6"),
        )
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@pytest.mark.parametrize(
    ("turn", "content", "right"),
    [
        (Turn("42"), "42", True),
        (Turn("42"), " 42\n", True),
        (Turn("42"), "421", False),
        (Turn("42"), "It is 42", False),
        (Turn("", CALL), CALLED, True),
        (Turn("", CALL), CALLED.replace("\n", ""), True),
        (Turn("", CALL), CALLED.replace("7", '"7"'), False),
        (Turn("", CALL), CALLED.replace('"f"', '"g"'), False),
        (Turn("", {**CALL, "arguments": {"n": True}}), CALLED.replace("7", "1"), False),
        (Turn("", CALL), CALLED + CALLED, False),
        (Turn("", CALL), "<tool_call>no JSON</tool_call>", False),
        (Turn("", CALL), "", False),
        (Turn("No."), "No." + CALLED, False),
    ],
)
def test_an_answer_is_judged(turn: Turn, content: str, right: bool) -> None:
    assert is_answer(turn, content) == right


def test_shares_are_of_skills_and_modes(four: Model) -> None:
    items = [item(), item("5"), item(thinking=True), item("5", "words")]
    told: list[tuple[int, int, int]] = []
    found = accuracy(four, items, progress=lambda *values: told.append(values))
    assert [outcome.is_right for outcome in found.outcomes] == [True, False, True, False]
    assert [outcome.answers for outcome in found.outcomes] == [("4",)] * 4
    assert found.by_skill() == {
        ("sums", False): Share(1, 2),
        ("sums", True): Share(1, 1),
        ("words", False): Share(0, 1),
    }
    assert (found.share(), found.share(True)) == (Share(2, 4), Share(1, 1))
    assert [done for done, _, _ in told] == [1, 2, 3, 4]
    assert told[-1] == (4, 4, 2)


def test_choice_and_arguments_are_judged_apart(tmp_path: Path) -> None:
    # A script says a token once: this call's only letters are those of its tags' one time.
    model = says(tmp_path, "4")
    items = [
        item(tools=[TOOL]),
        Item("calls", [{"role": "user", "content": "?"}], [Turn("", CALL)], [TOOL]),
    ]
    found = accuracy(model, items)
    assert [outcome.right_tool for outcome in found.outcomes] == [True, False]
    assert [outcome.right_call for outcome in found.outcomes] == [None, False]
    assert found.by_skill()["tool choice", False] == Share(1, 2)
    assert found.by_skill()["tool arguments", False] == Share(0, 1)


def test_a_conversation_goes_on_after_right_turns_only(four: Model) -> None:
    both = Item("two", item().messages, [Turn("4", response="r"), Turn("4")])
    first = Item("two", item().messages, [Turn("4", response="r"), Turn("9")])
    none = Item("two", item().messages, [Turn("9", response="r"), Turn("4")])
    found = accuracy(four, [both, first, none])
    assert [outcome.is_right for outcome in found.outcomes] == [True, False, False]
    assert [len(outcome.answers) for outcome in found.outcomes] == [2, 2, 1]


def test_many_items_at_once_answer_as_alone(four: Model) -> None:
    items = [item(str(n % 6)) for n in range(90)]
    together = accuracy(four, items, concurrent=64)
    assert together.outcomes == accuracy(four, items, concurrent=1).outcomes
    assert together.share() == Share(15, 90)


def test_models_are_compared_item_by_item(four: Model, five: Model) -> None:
    items = [item("4"), item("4"), item("5"), item("6")]
    pairs = compare(accuracy(four, items), accuracy(five, items))
    assert pairs == Pairs(n=4, only_first=2, only_second=1)
    assert pairs.difference == -0.25
    with pytest.raises(InvalidArgumentError, match="same items"):
        compare(accuracy(four, items), accuracy(five, items[1:]))


def test_nothing_to_ask_is_refused(four: Model) -> None:
    with pytest.raises(InvalidArgumentError, match="no items"):
        accuracy(four, [])
    with pytest.raises(InvalidArgumentError, match="0 requests"):
        accuracy(four, [item()], concurrent=0)


def test_wilsons_interval() -> None:
    # Solutions p of |share - p| = z sqrt(p (1 - p) / n).
    for share in (Share(81, 263), Share(0, 20), Share(20, 20), Share(1, 1)):
        for bound in share.interval:
            distance = 1.959963984540054 * math.sqrt(bound * (1 - bound) / share.n)
            assert abs(share.value - bound) == pytest.approx(distance, abs=1e-9)
    assert Share(81, 263).interval == pytest.approx((0.2553, 0.3662), abs=1e-4)


def test_mcnemars_exact_test() -> None:
    pairs = Pairs(n=100, only_first=2, only_second=9)
    expected = 2 * sum(math.comb(11, i) for i in range(3)) / 2**11
    assert pairs.p_value == pytest.approx(expected)
    assert Pairs(50, 4, 4).p_value == 1
    assert Pairs(50, 0, 0).p_value == 1
    low, high = pairs.interval
    assert low < pairs.difference == 0.07 < high
    assert high - low == pytest.approx(2 * 1.96 * math.sqrt(11 - 49 / 100) / 100, rel=1e-3)


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("{", ModelFormatError),
        ('{"skill": "x", "messages": []}', ModelFormatError),
        ('{"skill": "x", "messages": [], "expected": []}', ModelFormatError),
        ('{"skill": "x", "messages": [], "expected": [{"tool_call": {}}]}', ModelFormatError),
        ('{"skill": "x", "messages": [], "expected": [{"tool-call": {}}]}', ModelFormatError),
        ("", ModelFormatError),
    ],
)
def test_damaged_items_are_refused(
    line: str, error: type[Exception], items_file: Path, tmp_path: Path
) -> None:
    good = items_file.read_text() if line else ""
    path = tmp_path / "bad.jsonl"
    path.write_text(good + line)
    with pytest.raises(error, match="line 5" if line else "no items"):
        read_items(path)
    with pytest.raises(FileError, match="missing"):
        read_items(tmp_path / "missing.jsonl")


def test_the_command_prints_shares(four: Model, five: Model, items_file: Path) -> None:
    found = figures("accuracy", four.path, items_file, "--against", five.path, "-c", "64")
    assert found["all"]["n_right"] == 2
    sums = {"skill": "sums", "thinking": False, "n": 2, "n_right": 1, "share": 0.5}
    assert sums.items() <= found["skills"][1].items()
    assert (found["paired"]["only_first"], found["paired"]["only_second"]) == (1, 2)
    answers = items_file.with_name("answers.jsonl")
    outcome = run("accuracy", four.path, items_file, "-c", "64", "--answers", answers)
    assert "50.0 % of 4 items" in outcome.stdout
    assert [json.loads(line)["is_right"] for line in answers.read_text().splitlines()] == [
        *(True, True, False, False)
    ]


def test_a_report_has_a_row_for_each_mode(four: Model, items_file: Path) -> None:
    rows = report(four, read_items(items_file)).rows
    assert [(row.thinking, row.share) for row in rows] == [
        (True, Share(1, 1)),
        (False, Share(1, 3)),
    ]
    assert all(row.first_token_ms > 0 and row.tok_s > 0 for row in rows)
    assert [row.tokens_per_answer for row in rows] == [1, 1]


def test_the_report_is_written(four: Model, five: Model, items_file: Path) -> None:
    page = items_file.with_name("r.html")
    outcome = run("report", items_file, four.path, five.path, "-c", "64", "--html", page)
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout.count("thinking") == outcome.stdout.count("direct") == 2
    text = page.read_text()
    assert text.count("<tr>") == 5 + 2 * 3
    assert "33.3 %" in text


def test_what_has_no_items_has_no_share() -> None:
    assert share_text(None) == share_text(Share(0, 0)) == ""
    assert share_text(Share(1, 2)).startswith("50.0 % (")


def test_text_may_hold_what_ends_lines_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    text = "one\u2028two\x85three"
    asked = {"skill": "x", "messages": [{"role": "user", "content": text}]}
    line = {**asked, "expected": [{"content": text}]}
    path.write_text(2 * (json.dumps(line, ensure_ascii=False) + "\r\n"), encoding="utf-8")
    assert [each.expected[0].content for each in read_items(path)] == [text, text]


def test_what_is_missing_is_known_before_the_model_is_opened(
    items_file: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_text("no model")
    for words in (("--against", "nowhere.gguf"), ("--answers", str(tmp_path / "none" / "x"))):
        outcome = run("accuracy", str(broken), str(items_file), *words)
        assert outcome.returncode == 2
        assert words[1] in outcome.stderr


def test_skills_are_printed_as_they_are_called(four: Model, tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    line = {"skill": "sums[/hard]", "messages": [{"role": "user", "content": "?"}]}
    path.write_text(json.dumps({**line, "expected": [{"content": "4"}]}))
    assert "sums[/hard]" in run("accuracy", str(four.path), str(path)).stdout
