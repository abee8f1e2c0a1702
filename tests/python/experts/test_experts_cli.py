"""qwen3lite experts and inspect: what they write and print, one sentence for what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_support import Run
from experts_support import arithmetic, lists, write_lines

from qwen3lite import Model
from qwen3lite.experts import read_pack
from qwen3lite.experts.choices import Choice
from qwen3lite.experts.upcycle import upcycle


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "pack.gguf"


def test_upcycle_passes_its_flags_on(run: Run, out: Path, tmp_path: Path) -> None:
    sums = write_lines(tmp_path / "sums.txt", arithmetic(5, 1))
    words = write_lines(tmp_path / "lists.txt", lists(5, 1))
    flags = ("--layers", "0-1,4", "--type", "q4_0", "--noise", "0.1", "--seed", "3", "--top-k", "2")
    named = ("--expert", f"a:math={sums}", "--expert", f"b={words}", "--expert", "c")
    outcome = run("experts", "upcycle", "nano", "-o", out, *flags, *named, "--name", "test")
    assert outcome == type(outcome)("", "", 0)
    expected = tmp_path / "expected.gguf"
    upcycle(
        Model.nano().path,
        expected,
        count=3,
        top_k=2,
        noise=0.1,
        seed=3,
        layers=[0, 1, 4],
        name="test",
        choices=[Choice("a", "math", sums), Choice("b", "", words), Choice("c")],
        type="q4_0",
    )
    assert out.read_bytes() == expected.read_bytes()


def test_upcycle_has_two_choices_unless_told_otherwise(run: Run, out: Path) -> None:
    def made(*flags: str) -> tuple[int, str, bool, list[str]]:
        assert run("experts", "upcycle", "nano", "-o", out, *flags).status == 0
        pack = read_pack(out)
        return pack.n_choices, pack.mode, pack.trunk, pack.names

    assert made() == (2, "replace", True, [])
    assert made("--expert", "a") == (2, "replace", True, ["base", "a"])
    assert made("-n", "3", "--no-trunk") == (3, "replace", False, [])
    assert made("--mode", "parallel") == (2, "parallel", False, [])


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (("--layers", "3-1"), "--layers is '3-1'; write numbers and ranges"),
        (("--layers", "0-99999999"), "--layers is '0-99999999'; write numbers"),
        (("--layers", "x"), "--layers is 'x'"),
        (("--expert", "=a.txt"), "'=a.txt' names no expert"),
        (("-n", "3", "--expert", "a"), "3 choices, but names for 1"),
        (("--layers", "9"), "has no layer 9"),
    ],
)
def test_bad_flags_are_one_sentence(
    flags: tuple[str, ...], sentence: str, run: Run, out: Path
) -> None:
    outcome = run("experts", "upcycle", "nano", "-o", out, *flags)
    assert outcome.status == 2
    assert outcome.err.startswith("qwen3lite: ")
    assert sentence in outcome.err
    assert outcome.err.count("\n") == 1
    assert not out.exists()


def test_inspect_describes_a_pack(run: Run, out: Path) -> None:
    nano = Model.nano()
    choices = [Choice("sums", "math"), Choice("lists")]
    upcycle(nano.path, out, count=3, top_k=2, layers=[0, 1, 5], name="demo", choices=choices)
    described = json.loads(run("inspect", out, "--json").out)
    types = described.pop("tensor_types")
    matrix, n_embd = 384 * 256, 256
    assert types["Q8_0"] == {
        "tensors": 9,
        "bytes": 18 * matrix // 32 * 34,
        "share": pytest.approx(1, abs=0.01),
    }
    assert described == {
        "file": str(out),
        "file_bytes": out.stat().st_size,
        "architecture": "qwen3",
        "name": "demo",
        "n_params": 18 * matrix + 9 * n_embd,
        "mode": "replace",
        "trunk": True,
        "n_choices": 3,
        "top_k": 2,
        "layers": [0, 1, 5],
        "base": {"name": "nano", "fingerprint": nano.fingerprint},
        "choices": [
            {"name": "base", "role": ""},
            {"name": "sums", "role": "math"},
            {"name": "lists", "role": ""},
        ],
    }
    printed = run("inspect", out).out
    for text in ("0-1, 5", nano.fingerprint, "sums", "math", "Q8_0"):
        assert text in printed
    refused = run("inspect", out, "--ctx", "64")
    assert refused.status == 2
    assert "is an expert pack; --ctx is for models." in refused.err


def test_inspect_tells_what_packs_a_model_takes(run: Run) -> None:
    printed = run("inspect").out
    for text in ("has_experts", Model.nano().fingerprint, "dense_layers 0-5"):
        assert text in printed
