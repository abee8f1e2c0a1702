"""What routers choose: by skill of an accuracy set, as JSON, table and picture; after an answer."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_support import Run
from experts_support import arithmetic, lists, write_lines

import make_checkpoint as mc
from qwen3lite import Model
from qwen3lite.convert import convert
from qwen3lite.errors import InvalidArgumentError
from qwen3lite.evaluate import read_items
from qwen3lite.experts import RouterUse
from qwen3lite.experts.choices import Choice
from qwen3lite.experts.heat_map import MOST_PANELS, draw, shares
from qwen3lite.experts.skills import choice_names, use_by_skill
from qwen3lite.experts.statistics import since
from qwen3lite.experts.upcycle import upcycle

SKILLS = {"sums": arithmetic, "reverse": lists}


@pytest.fixture(scope="module")
def items_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four items of each skill, mixed."""
    path = tmp_path_factory.mktemp("set") / "set.jsonl"
    lines = [
        {"skill": s, "messages": [{"role": "user", "content": t}], "expected": [{"content": "?"}]}
        for pair in zip(arithmetic(4, 7), lists(4, 7), strict=True)
        for s, t in zip(SKILLS, pair, strict=True)
    ]
    return write_lines(path, [json.dumps(line) for line in lines])


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of nano: a choice for sums and one for lists."""
    directory = tmp_path_factory.mktemp("pack")
    choices = [
        Choice(name, "", write_lines(directory / name, lines(20, 1)))
        for name, lines in SKILLS.items()
    ]
    upcycle(Model.nano().path, directory / "pack.gguf", count=2, trunk=False, choices=choices)
    return directory / "pack.gguf"


def test_skills_are_counted_apart(items_file: Path, pack: Path) -> None:
    model = Model.nano()
    model.load_experts(pack)
    told: list[tuple[int, int, int]] = []
    items = read_items(items_file)
    found = use_by_skill(model, items, max_tokens=4, progress=lambda *call: told.append(call))
    assert list(found) == ["reverse", "sums"]
    total = np.array([use.n_taken for use in model.expert_stats()])
    counted = np.array([[use.n_taken for use in uses] for uses in found.values()])
    assert np.array_equal(counted.sum(axis=0), total)
    assert [(use.pack, use.layer) for use in found["sums"]] == [(1, layer) for layer in range(6)]
    for skill, name in enumerate(found):
        taken = counted[skill].sum(axis=0)
        assert int(taken.argmax()) == list(SKILLS).index(name)
    assert [(done, n_all) for done, n_all, _ in told] == [(i, 8) for i in range(1, 9)]


def test_models_without_routers_are_refused(items_file: Path) -> None:
    with pytest.raises(InvalidArgumentError, match=r"has no experts, and no pack is plugged in"):
        use_by_skill(Model.nano(), read_items(items_file))


def test_stats_as_json_add_up(run: Run, items_file: Path, pack: Path) -> None:
    outcome = run("experts", "stats", "nano", items_file, "--experts", pack, "-n", "4", "--json")
    assert (outcome.err, outcome.status) == ("", 0)
    routers = json.loads(outcome.out)
    assert [(router["pack"], router["layer"]) for router in routers] == [
        (str(pack), layer) for layer in range(6)
    ]
    n_tokens = set()
    for router in routers:
        assert router["choices"] == ["sums", "reverse"]
        assert list(router["skills"]) == ["reverse", "sums"]
        n_tokens.add(tuple(sum(s["n_taken"]) for s in router["skills"].values()))
        for figures in router["skills"].values():
            taken = np.array(figures["n_taken"])
            p = taken / taken.sum()
            assert figures["shares"] == pytest.approx(list(p))
            assert figures["balance"] == pytest.approx(0.5 / p.max())
            logs = np.log2(p, where=p > 0, out=np.zeros(2))
            assert figures["entropy"] == pytest.approx(-(p * logs).sum())
    assert len(n_tokens) == 1  # each layer sees every token
    assert min(n_tokens.pop()) > 4 * 10


def test_stats_as_a_table(run: Run, items_file: Path, pack: Path) -> None:
    lines = run("experts", "stats", "nano", items_file, "--experts", pack, "-n", "1").out
    rows = [line.split() for line in lines.splitlines()]
    assert rows[0] == ["pack", "layer", "skill", "shares,", "%", "entropy", "balance"]
    assert rows[1][:4] == ["pack.gguf", "0", "reverse", "reverse"]
    assert rows[2][:2] == ["sums", "sums"]
    assert len(rows) == 1 + 6 * 2


def test_stats_of_a_model_s_own_experts(run: Run, items_file: Path, tmp_path: Path) -> None:
    geometry = replace(mc.GEOMETRIES["qwen3moe", "tiny"], layers=3, dense_layers=(1,))
    convert(mc.make_checkpoint(tmp_path / "hf", geometry), tmp_path / "moe.gguf")
    flags = ("-n", "2", "--json")
    routers = json.loads(run("experts", "stats", tmp_path / "moe.gguf", items_file, *flags).out)
    assert [(router["pack"], router["layer"]) for router in routers] == [(None, 0), (None, 2)]
    assert routers[0]["choices"] == [f"#{i}" for i in range(8)]


def test_stats_draws_a_picture(run: Run, items_file: Path, pack: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    picture = tmp_path / "map.png"
    flags = ("--experts", pack, "-n", "1", "--plot", picture)
    assert run("experts", "stats", "nano", items_file, *flags).status == 0
    assert picture.read_bytes().startswith(b"\x89PNG")
    flags = ("--experts", pack, "--plot", tmp_path / "map.txt")
    refused = run("experts", "stats", "nano", items_file, *flags)
    assert refused.status == 2
    assert "map.txt: a picture's name ends in" in refused.err


def uses(pack: int | None, count: int, layers: range) -> list[RouterUse]:
    return [RouterUse(pack, layer, [layer + 1] * (count - 1) + [5]) for layer in layers]


def test_pictures_show_what_was_counted(pack: Path, tmp_path: Path) -> None:
    model = Model.nano()
    model.load_experts(pack)
    found = {
        "a": [*uses(None, 9, range(2)), *uses(1, 2, range(3, 6))],
        "b": [*uses(None, 9, range(1, 3)), *uses(1, 2, range(4, 7))],
    }
    own, packs = shares(found, model.experts)
    assert (own.choices, packs.choices) == ([f"#{i}" for i in range(9)], ["sums", "reverse"])
    assert own.values.shape == (2, 2, 9)
    assert packs.values.shape == (3, 2, 2)
    assert (packs.layers, packs.skills) == ([3, 4, 5], ["a", "b"])
    assert packs.values[1, 0, 1] == pytest.approx(5 / 10)
    assert packs.values[1, 1, 1] == pytest.approx(5 / 11)
    # Few choices: a panel for each; many: one for each skill.
    assert len(own.choices) > MOST_PANELS
    assert [(title, list(labels)) for title, _, labels in own.panels()] == [
        ("a", list(own.choices)),
        ("b", list(own.choices)),
    ]
    title, values, labels = packs.panels()[1]
    assert (title, list(labels)) == ("reverse", ["a", "b"])
    assert np.array_equal(values, packs.values[:, :, 1])
    pytest.importorskip("matplotlib")
    draw(found, model.experts, tmp_path / "map.svg")
    text = (tmp_path / "map.svg").read_text()
    assert text.startswith("<?xml")


def test_names_of_choices(pack: Path) -> None:
    model = Model.nano()
    number = model.load_experts(pack)
    assert choice_names(model.experts, RouterUse(number, 0, [1, 2])) == ["sums", "reverse"]
    assert choice_names(model.experts, RouterUse(None, 0, [1, 2, 3])) == ["#0", "#1", "#2"]


def shown(err: str) -> list[tuple[int, dict[str, int]]]:
    """Layer and percents by choice of each row about the pack."""
    found = []
    for line in err.splitlines():
        if "pack.gguf" in line:
            _, layer, *shares, _ = line.replace(",", "").split()
            pairs = zip(shares[::2], shares[1::2], strict=True)
            found.append((int(layer), {name: int(percent) for name, percent in pairs}))
    return found


def percents(now: list[RouterUse], before: list[RouterUse]) -> list[tuple[int, dict[str, int]]]:
    return [
        (use.layer, {n: round(100 * p) for n, p in zip(SKILLS, use.shares, strict=True)})
        for use in since(now, before)
    ]


def test_run_and_chat_tell_what_routers_chose(run: Run, pack: Path) -> None:
    question, other = "What is 3 + 4?", "Reverse the list: apple, river, stone."
    model = Model.nano()
    model.load_experts(pack)
    stats = [model.expert_stats()]
    messages: list[Any] = []
    for text in (question, other):
        messages.append({"role": "user", "content": text})
        answer = model.chat(messages, max_tokens=5).message
        messages.append(answer)
        stats.append(model.expert_stats())

    flags: tuple[Any, ...] = ("--experts", pack, "--expert-stats", "-n", "5")
    outcome = run("run", "-p", question, *flags)
    assert shown(outcome.err) == percents(stats[1], stats[0])
    assert "pack.gguf" not in outcome.out
    outcome = run("chat", *flags, stdin=f"{question}\n{other}\n")
    assert shown(outcome.err) == percents(stats[1], stats[0]) + percents(stats[2], stats[1])
    assert not shown(run("run", "-p", "?", "-n", "1", "--experts", pack).err)


def test_expert_stats_want_routers(run: Run) -> None:
    for command in (("run", "-p", "?"), ("chat",)):
        refused = run(*command, "--expert-stats")
        assert refused.status == 2
        assert "has no experts, and no pack is plugged in; pass one with --experts." in refused.err


def test_entropy_and_balance_from_one_choice_to_all_alike() -> None:
    one, alike, none = (RouterUse(None, 0, taken) for taken in ([0, 7], [3, 3], [0, 0]))
    assert f"{one.entropy:.2f} {one.balance:.2f}" == "0.00 0.50"  # no minus
    assert f"{alike.entropy:.2f} {alike.balance:.2f}" == "1.00 1.00"
    assert (none.shares, none.entropy, none.balance) == ([0, 0], 0, 1)
