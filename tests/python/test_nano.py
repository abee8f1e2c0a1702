"""The model that comes with the package: it is the master, it is found, it answers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nano.mixture import held_out_items
from qwen3lite import Model
from qwen3lite.convert import convert
from qwen3lite.evaluate import accuracy
from qwen3lite.sources import NANO

MASTER = Path(__file__).parents[2] / "models" / "nano"
SUM = "What is 17 + 25?"
PROGRAM = [sys.executable, "-c", "from qwen3lite.cli import main; main()"]


@pytest.fixture(scope="module")
def nano() -> Model:
    return Model.nano(n_ctx=2048)


def output(*words: str, stdin: str = "") -> str:
    done = subprocess.run(words, input=stdin, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_bundled_file_is_the_master_in_q8_0(tmp_path: Path) -> None:
    convert(MASTER, tmp_path / "nano.gguf", "q8_0")
    assert NANO.read_bytes() == (tmp_path / "nano.gguf").read_bytes()
    assert NANO.stat().st_size <= 6e6
    assert sum(file.stat().st_size for file in MASTER.iterdir()) <= 10e6


def test_it_is_a_small_qwen3(nano: Model) -> None:
    assert nano.path == NANO
    assert nano.n_ctx == 2048
    assert nano.info.architecture == "qwen3"
    assert nano.info.n_params <= 4_000_000
    assert nano.info.n_head == 2 * nano.info.n_head_kv


@pytest.mark.parametrize("thinking", [True, False])
def test_it_answers(nano: Model, thinking: bool) -> None:
    answer = nano.chat([{"role": "user", "content": SUM}], enable_thinking=thinking)
    assert answer.message.content == "42"
    assert bool(answer.message.reasoning_content) == thinking


@pytest.mark.parametrize("kv_type", ["q8_0", "q4_0"])
def test_it_answers_from_quantised_caches(kv_type: Any) -> None:
    """Also behind a page of 64 positions, where keys are kept as what they differ by."""
    nano = Model.nano(n_ctx=512, kv_type=kv_type)
    message = {"role": "user", "content": "What is 417 + 325?"}
    answer = nano.chat([message], enable_thinking=True)
    assert answer.message.content == "742"
    assert answer.timings.n_prompt + answer.timings.n_generated > 64


@pytest.mark.parametrize(
    "skill", ["add_3", "subtract_2", "subtract_3", "steps_2", "reverse", "count"]
)
def test_it_has_its_skills(nano: Model, skill: str) -> None:
    """docs/nano.md has the shares of many items; here a file that is another model's falls."""
    items = [item for item in held_out_items("light", skill, 20) if item.thinking]
    assert accuracy(nano, items).share().value >= 0.85


def test_commands_take_it_where_no_model_is_named() -> None:
    assert output(*PROGRAM, "run", "-p", SUM) == "42\n"
    assert output(*PROGRAM, "run", "nano", "-p", SUM) == "42\n"
    assert output(*PROGRAM, "chat", stdin=f"{SUM}\n/exit\n") == "42\n"
    assert "qwen3" in output(*PROGRAM, "inspect")
    assert output(*PROGRAM, "tokenize", "-p", "17").count("\n") == 2


def test_so_does_the_program_without_python(program: str) -> None:
    assert output(program, "run", "-p", SUM, "--no-think") == "42\n"
    assert output(program, "run", "-p", SUM).endswith("42\n")
    assert output(program, "inspect").startswith("architecture   qwen3")
