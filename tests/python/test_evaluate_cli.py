"""qwen3lite eval: what it prints, and what it refuses in one sentence."""

from __future__ import annotations

import dataclasses
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from test_cli import PROGRAM

from qwen3lite import Model
from qwen3lite.convert import convert
from qwen3lite.evaluate import KlDivergence, Perplexity, kl_divergence, perplexity

TEXT = "".join(chr(32 + i * i % 91) for i in range(150))
SMALL = ("-c", "32", "--chunks", "3")
TIMES = {"seconds", "tok_s"}


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt"
    path.write_text(TEXT + "\n")
    return path


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [*PROGRAM, "eval", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def figures(*words: str | Path) -> dict[str, Any]:
    outcome = run(*words, "--json")
    assert (outcome.returncode, outcome.stderr) == (0, "")
    found: dict[str, Any] = json.loads(outcome.stdout)
    return found


def without_times(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in figures.items() if name not in TIMES}


def test_ppl_prints_what_the_library_finds(tiny: Model, text: Path) -> None:
    found = figures("ppl", tiny.path, text, *SMALL)
    assert found.keys() == {field.name for field in dataclasses.fields(Perplexity)} | {"tok_s"}
    expected = dataclasses.asdict(perplexity(tiny, TEXT, n_ctx=32, max_windows=3))
    assert without_times(found) == without_times(expected)
    assert found["tok_s"] == pytest.approx(96 / found["seconds"])
    lines = run("ppl", tiny.path, text, *SMALL).stdout
    assert f"{found['perplexity']:.4f} ± {found['perplexity_error']:.4f}" in lines
    assert "45 in 3 windows of 32" in lines
    generated = figures("ppl", tiny.path, text, *SMALL, "--role", "generated", "-t", "1")
    assert generated["perplexity"] != found["perplexity"]


def test_kl_takes_a_model_or_what_it_saved(tiny_checkpoint: Path, text: Path) -> None:
    saved = text.with_name("tiny.logits")
    figures("ppl", tiny_checkpoint, text, *SMALL, "--save-logits", saved)
    from_file = figures("kl", "--ref", saved, tiny_checkpoint, text, "--type", "q4_0")
    from_model = figures("kl", tiny_checkpoint, text, *SMALL, "--ref", Model(tiny_checkpoint).path)
    fields = {field.name for field in dataclasses.fields(KlDivergence)}
    assert from_file.keys() == from_model.keys() == fields | {"tok_s"}
    assert from_model["mean_kl"] == 0
    assert from_file["mean_kl"] > 0.01
    convert(tiny_checkpoint, text.with_name("q4_0.gguf"), "q4_0")
    coarse = Model(text.with_name("q4_0.gguf"))
    expected = kl_divergence(Model(tiny_checkpoint), coarse, TEXT, n_ctx=32, max_windows=3)
    assert from_file["mean_kl"] == pytest.approx(expected.mean_kl, rel=0.01)
    assert from_file["n_scored"] == 45


def test_kl_prints_rows(tiny: Model, text: Path) -> None:
    lines = run("kl", tiny.path, text, "--ref", tiny.path, *SMALL).stdout
    assert re.search(r"mean KL +0\.000000 ± 0\.000000", lines)
    assert re.search(r"same top token +100\.00% ± 0\.00%", lines)


def test_windows_may_be_long(tiny: Model, text: Path) -> None:
    text.write_text(TEXT * 8)
    found = figures("kl", "--ref", tiny.path, tiny.path, text, "-c", "600")
    assert (found["n_ctx"], found["n_scored"], found["mean_kl"]) == (600, 598, 0)


def test_progress_is_shown_on_a_terminal(
    tiny: Model, text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # stderr is then taken for a terminal
    monkeypatch.setenv("TERM", "xterm")
    outcome = run("ppl", tiny.path, text, *SMALL)
    shown = re.sub(r"\x1b\[[\d;?]*\w", "", outcome.stderr)
    value = perplexity(tiny, TEXT, n_ctx=32, max_windows=3).perplexity
    assert re.search(rf"evaluating .* 3/3 .*perplexity {value:.4f}", shown)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["ppl", "MODEL", "TEXT"], "the text has 150 tokens, and one window takes 512"),
        (["ppl", "MODEL", "missing.txt"], "missing.txt"),
        (["ppl", "nowhere.gguf", "TEXT"], "nowhere.gguf"),
        (["ppl", "MODEL", "TEXT", "-c", "32", "--save-logits", "."], "is a directory"),
        (["kl", "--ref", "nowhere", "MODEL", "TEXT"], "nowhere"),
        (["kl", "--ref", "TEXT", "MODEL", "TEXT"], "GGUF"),
        (["kl", "--ref", "smollm2", "MODEL", "TEXT", "-c", "32"], "vocabulary"),
    ],
)
def test_bad_input_is_one_sentence(
    words: list[str], sentence: str, tiny: Model, text: Path
) -> None:
    names = {"MODEL": tiny.path, "TEXT": text}
    outcome = run(*(names.get(word, word) for word in words))
    assert (outcome.returncode, outcome.stdout) == (2, "")
    assert outcome.stderr.startswith("qwen3lite: ")
    assert sentence in outcome.stderr
    assert outcome.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "words", [["ppl", "x.gguf"], ["kl", "x.gguf", "text"], ["ppl", "x", "y", "--role", "either"]]
)
def test_wrong_usage_has_status_2(words: list[str]) -> None:
    assert run(*words).returncode == 2
