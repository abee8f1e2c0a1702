"""The program qwen3lite: what it prints, and one sentence with exit status 2 for bad input."""

from __future__ import annotations

import dataclasses
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_support import Run
from scripted_model import scripted_checkpoint, tokens_of

import make_checkpoint as mc
from qwen3lite import Message, Model
from qwen3lite.convert import convert

QUESTION = "What is the capital of France?"
PROGRAM = [sys.executable, "-c", "from qwen3lite.cli import main; main()"]


@pytest.fixture(scope="module")
def thinker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that thinks "hm" and answers "Yé!"."""
    script = ["\n", "<think>", *"hm", "</think>", *tokens_of("Yé!"), "<|im_end|>"]
    return scripted_checkpoint(tmp_path_factory.mktemp("thinker") / "thinker", script)


def test_run_answers(run: Run) -> None:
    outcome = run("run", "smollm2", "-p", QUESTION)
    assert "Paris" in outcome.out
    assert (outcome.err, outcome.status) == ("", 0)


def test_run_keeps_thoughts_off_stdout(run: Run, thinker: Path) -> None:
    outcome = run("run", thinker, "-p", "?")
    assert outcome.out == "Yé!\n"
    assert outcome.err == "hm\n\n"


def test_run_gives_one_json_object(run: Run, thinker: Path) -> None:
    answer = json.loads(run("run", thinker, "-p", "?", "--json").out)
    assert answer["text"] == "Yé!"
    assert answer["reasoning_content"] == "hm"
    assert answer["finish_reason"] == "stop"
    assert answer["n_generated"] == 8
    assert answer["n_prompt"] > 8
    assert answer["prompt_seconds"] > 0
    assert answer["decode_tok_s"] > 0


def test_run_raw_completes_bare_text(run: Run) -> None:
    flags = ("--raw", "-n", "3", "--json", "--temp", "0")
    completion = json.loads(run("run", "smollm2", "-p", "The capital of France is", *flags).out)
    assert completion["text"].startswith(" Paris")
    assert (completion["n_prompt"], completion["n_generated"]) == (5, 3)
    assert completion["finish_reason"] == "length"
    assert "reasoning_content" not in completion


def test_run_reads_a_prompt_from_stdin(run: Run) -> None:
    assert "Paris" in run("run", "smollm2", "-p", "-", stdin=QUESTION).out


def test_run_passes_the_thinking_switch_on(run: Run, tmp_path: Path, thinker: Path) -> None:
    checkpoint = tmp_path / "switch"
    checkpoint.mkdir()
    for file in thinker.iterdir():
        (checkpoint / file.name).write_bytes(file.read_bytes())
    (checkpoint / "chat_template.jinja").write_text("{{ enable_thinking }}\n\n")
    n_prompt = {
        flags: json.loads(run("run", checkpoint, "-p", "?", "-n", "1", "--json", *flags).out)[
            "n_prompt"
        ]
        for flags in [(), ("--think",), ("--no-think",)]
    }
    assert n_prompt == {(): 1, ("--think",): 5, ("--no-think",): 6}  # "", "True", "False" and "\n"


def test_sampling_flags_reach_the_sampler(run: Run, tiny_checkpoint: Path) -> None:
    def text(*flags: str) -> str:
        return run("run", tiny_checkpoint, "-p", "hi", "-n", "8", *flags).out

    assert text("--temp", "2", "--seed", "1") == text("--temp", "2", "--seed", "1")
    assert text("--temp", "2", "--seed", "1") != text("--temp", "2", "--seed", "2")
    greedy = text()
    assert text("--temp", "2", "--seed", "2") != greedy
    assert text("--temp", "2", "--top-k", "1") == greedy
    assert text("--temp", "2", "--top-p", "0.001") == greedy
    assert text("--temp", "2", "--min-p", "1") == greedy


def test_chat_keeps_the_conversation(
    run: Run, thinker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[list[Any]] = []
    answer = Model.chat

    def listen(model: Model, messages: list[Any], **options: Any) -> Any:
        heard.append(list(messages))
        return answer(model, messages, **options)

    monkeypatch.setattr(Model, "chat", listen)
    outcome = run("chat", thinker, stdin="?\n\nwhy?\n")
    assert outcome.out == "Yé!\n" * 2
    asked = {"role": "user", "content": "?"}
    again = {"role": "user", "content": "why?"}
    assert heard == [[asked], [asked, Message("assistant", "Yé!", "hm"), again]]


def test_ctrl_c_at_the_prompt_starts_the_line_again(
    run: Run, thinker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed: Iterator[str | type[BaseException]] = iter(["?", KeyboardInterrupt, "?", EOFError])

    def type_in(prompt: str) -> str:
        line = next(typed)
        if isinstance(line, str):
            return line
        raise line

    monkeypatch.setattr("builtins.input", type_in)
    outcome = run("chat", thinker)
    assert (outcome.out, outcome.status) == ("Yé!\n\nYé!\n", 0)


def test_chat_ends_at_exit(run: Run, thinker: Path) -> None:
    outcome = run("chat", thinker, stdin="?\n/exit\n?\n")
    assert (outcome.out, outcome.err) == ("Yé!\n", "hm\n\n")


def test_chat_survives_a_full_context(run: Run, thinker: Path) -> None:
    outcome = run("chat", thinker, "-c", "120", stdin=f"?\n{'long ' * 99}\n?\n")
    assert outcome.out == "Yé!\n" * 2
    assert "the context holds 120" in outcome.err
    assert outcome.status == 0


def test_chat_on_a_terminal(tmp_path: Path, thinker: Path) -> None:
    """Thinking is dimmed, and Ctrl-C stops an answer and not the program."""
    script = ["\n", *"abc"]
    loop = scripted_checkpoint(tmp_path / "loop", script, loop_from=1)
    with Terminal("chat", str(loop), "-c", "1000000", "--temp", "0") as terminal:
        terminal.read_until("> ")
        terminal.write("go\n")
        terminal.read_until("abcabc")
        terminal.child.send_signal(signal.SIGINT)
        terminal.read_until("> ")
        terminal.write("/exit\n")
        assert terminal.child.wait(30) == 0
    with Terminal("chat", str(thinker)) as terminal:
        terminal.read_until("> ")
        terminal.write("?\n")
        shown = terminal.read_until("tok/s;")
        assert re.sub(r"\x1b\[0m\x1b\[2m", "", shown).count("\x1b[2mhm\x1b[0m") == 1
        assert "Yé!" in re.sub(r"\x1b\[\d*m", "", shown)
        terminal.read_until("> ")
        terminal.write("\x04")
        assert terminal.child.wait(30) == 0


class Terminal:
    """The program on a pseudo-terminal."""

    def __init__(self, *words: str) -> None:
        self._fd, end = pty.openpty()
        environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"} | {"TERM": "dumb"}
        self.child = subprocess.Popen(
            [*PROGRAM, *words], stdin=end, stdout=end, stderr=end, env=environment
        )
        os.close(end)
        self._seen = b""

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.child.kill()
        self.child.wait()
        os.close(self._fd)

    def write(self, text: str) -> None:
        os.write(self._fd, text.encode())

    def read_until(self, text: str) -> str:
        """Everything up to and with `text`; fails when the program ends first or says no more."""
        while text.encode() not in self._seen:
            assert select.select([self._fd], [], [], 30)[0], self._seen
            self._seen += os.read(self._fd, 4096)
        before, found, self._seen = self._seen.partition(text.encode())
        return (before + found).decode()


def test_convert_writes_a_file(run: Run, tiny_checkpoint: Path, tmp_path: Path) -> None:
    out = tmp_path / "tiny.gguf"
    outcome = run("convert", tiny_checkpoint, "-o", out, "--type", "q4_0")
    assert (outcome.out, outcome.status) == ("", 0)
    assert Model(out).info.n_layer == 2


def test_inspect_describes_a_file(run: Run, tiny: Model) -> None:
    outcome = run("inspect", tiny.path, "--tensors", "--json")
    described = json.loads(outcome.out)
    info = dataclasses.asdict(tiny.info)
    shared = described.keys() & info.keys()
    assert {name: described[name] for name in shared} == {name: info[name] for name in shared}
    assert len(shared) >= 11
    assert described["tensor_types"]["Q8_0"]["share"] > 0.99
    assert sum(kind["share"] for kind in described["tensor_types"].values()) == pytest.approx(1)
    assert described["tokenizer"] == {"model": "gpt2", "pre": "qwen2", "eos": 265}
    assert described["chat_template"] is True
    assert not described.keys() & {"n_expert", "sparse_layers", "n_params_active", "biases"}
    assert described["has_experts"] is False
    assert described["expert_packs"] == {
        "fingerprint": tiny.fingerprint,
        "n_embd": 256,
        "n_layer": 2,
        "dense_layers": [0, 1],
        "trunk_n_ff": 512,
    }
    embedding = {"name": "token_embd.weight", "type": "Q8_0", "shape": [320, 256]}
    assert {**embedding, "bytes": 320 * 256 // 32 * 34} in described["tensors"]


def test_inspect_tells_the_memory_of_a_context(run: Run, tiny: Model) -> None:
    def memory(*arguments: str) -> dict[str, int]:
        found: dict[str, int] = json.loads(run("inspect", tiny.path, "--json", *arguments).out)
        return found["memory"]  # type: ignore[return-value]

    short, long = memory("-c", "64"), memory("-c", "6400")
    position = tiny.info.n_layer * 2 * tiny.info.n_head_kv * tiny.info.head_dim * 2
    assert long["cache"] - short["cache"] == 6336 * position
    assert short["file"] == tiny.path.stat().st_size
    assert long["total"] == long["file"] + long["cache"] + long["work"]
    quarter = memory("-c", "6400", "--kv-type", "q4_0")["cache"]
    # A key and a value in blocks of 32, and a half for each page of 64 keys; else halves.
    assert quarter / long["cache"] == pytest.approx((2 * 18 / 32 + 2 / 64) / 4)
    assert "memory" in run("inspect", tiny.path, "-c", "64").out
    assert "memory" not in run("inspect", tiny.path).out


def test_inspect_prints_tables(run: Run) -> None:
    outcome = run("inspect", "smollm2", "--tensors")
    for text in ("llama", "134,515,008", "Q4_1", "68.7%", "blk.29.ffn_up.weight", "1536 x 576"):
        assert text in outcome.out


def test_a_path_is_printed_as_it_is(run: Run, tiny: Model, tmp_path: Path) -> None:
    path = tmp_path / "model[q4_0].gguf"
    path.symlink_to(tiny.path)
    assert "model[q4_0].gguf" in "".join(run("inspect", path).out.split())


def test_inspect_needs_no_supported_architecture(run: Run, tiny: Model, tmp_path: Path) -> None:
    other = tmp_path / "other.gguf"
    other.write_bytes(tiny.path.read_bytes().replace(b"qwen3", b"qwenX"))
    described = json.loads(run("inspect", other, "--json").out)
    assert described["architecture"] == "qwenX"
    assert described["n_layer"] == 2
    assert "expert_packs" not in described


def test_inspect_tells_experts_and_biases(run: Run, tmp_path: Path) -> None:
    geometry = mc.GEOMETRIES["qwen3moe", "tiny"]
    geometry = dataclasses.replace(geometry, layers=6, dense_layers=(1,), attention_bias=True)
    convert(mc.make_checkpoint(tmp_path / "hf", geometry), tmp_path / "moe.gguf", "f16")
    described = json.loads(run("inspect", tmp_path / "moe.gguf", "--json").out)
    n_params = sum(spec.n_values for spec in mc.tensor_specs(geometry))
    expected = {
        "n_ff": 512,
        "n_expert": 8,
        "n_expert_used": 2,
        "n_ff_expert": 256,
        "sparse_layers": [0, 2, 3, 4, 5],
        "biases": ["attn_q", "attn_k", "attn_v", "attn_output"],
        "n_params": n_params,
        "n_params_active": n_params - 5 * 6 * 3 * 256 * 256,  # 6 of 8 experts idle in 5 layers
        "has_experts": True,
    }
    assert {name: described[name] for name in expected} == expected
    assert described["expert_packs"]["dense_layers"] == [1]
    assert Model(tmp_path / "moe.gguf").info.sparse_layers == (0, 2, 3, 4, 5)
    printed = run("inspect", tmp_path / "moe.gguf").out
    for text in ("0, 2-5", "attn_q, attn_k, attn_v, attn_output"):
        assert text in printed


def test_tokenize_shows_ids_and_pieces(run: Run, tiny_checkpoint: Path) -> None:
    text = "hello<|im_end|> é"
    tokens = json.loads(run("tokenize", tiny_checkpoint, "-p", text, "--json").out)
    assert tokens["ids"] == [259, 265, 32, 0xC3, 0xA9]
    assert tokens["pieces"][:3] == ["hello", "<|im_end|>", " "]
    lines = run("tokenize", tiny_checkpoint, "-p", text).out.splitlines()
    assert lines[0].split() == ["259", '"hello"']
    plain = json.loads(run("tokenize", tiny_checkpoint, "-p", text, "--json", "--no-special").out)
    assert 265 not in plain["ids"]


def damage(name: str, tiny: Model, directory: Path) -> list[str]:
    """Words of a command line that must fail, by name."""
    content = tiny.path.read_bytes()
    path = directory / "model.gguf"
    if name == "truncated":
        path.write_bytes(content[: len(content) // 2])
    elif name == "wrong magic":
        path.write_bytes(b"GGML" + content[4:])
    elif name == "empty":
        path.write_bytes(b"")
    elif name == "architecture":
        path.write_bytes(content.replace(b"qwen3", b"qwenX"))
    elif name == "no config.json":
        path.mkdir()
    elif name == "unsupported checkpoint":
        mc.make_checkpoint(path, mc.GEOMETRIES["qwen3", "tiny"], config={"architectures": ["Foo"]})
    elif name == "long prompt":
        return ["run", str(tiny.path), "-p", "word " * 200, "-c", "64"]
    elif name == "raw thinking":
        return ["run", str(tiny.path), "-p", "x", "--raw", "--think"]
    elif name == "context":
        return ["run", str(tiny.path), "-p", "x", "-c", "3000000000"]
    elif name == "type":
        return ["run", str(directory.parent), "-p", "x", "--type", "q9_9"]
    return ["run", str(path), "-p", "x"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("truncated", "truncated"),
        ("wrong magic", "GGUF"),
        ("empty", "model.gguf"),
        ("architecture", "qwenX"),
        ("no config.json", "config.json"),
        ("unsupported checkpoint", "Foo"),
        ("long prompt", "the context holds 64"),
        ("missing", "no such file"),
        ("type", "config.json"),
        ("raw thinking", "--raw"),
        ("context", "out of range"),
    ],
)
def test_bad_input_is_one_sentence(
    run: Run, tiny: Model, tmp_path: Path, name: str, sentence: str
) -> None:
    outcome = run(*damage(name, tiny, tmp_path))
    assert outcome.status == 2
    assert outcome.out == ""
    assert outcome.err.startswith("qwen3lite: ")
    assert sentence in outcome.err
    assert outcome.err.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        ["run", "smollm2"],
        ["run"],
        ["fly"],
        ["run", "smollm2", "-p", "x", "--fast"],
        ["run", "smollm2", "-p", "x", "-n", "many"],
        ["convert", "somewhere"],
    ],
)
def test_wrong_usage_has_status_2(run: Run, words: list[str]) -> None:
    outcome = run(*words)
    assert outcome.status == 2
    assert "Traceback" not in outcome.err


def test_ctrl_c_ends_run_at_once(tmp_path: Path) -> None:
    loop = scripted_checkpoint(tmp_path / "loop", ["\n", *"abc"], loop_from=1)
    child = subprocess.Popen(
        [*PROGRAM, "run", str(loop), "-p", "?", "-c", "1000000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.read(3) == "abc"
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=30)
    assert (child.returncode, err) == (130, "")


def test_a_closed_pipe_is_no_error() -> None:
    program = " ".join(f"'{word}'" for word in PROGRAM)
    pipe = subprocess.run(
        f"yes word | head -c 200000 | {program} tokenize smollm2 -p - | head -n 1",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert pipe.stdout.split()[1] == '"word"'
    assert pipe.stderr == ""


def test_output_that_a_terminal_cannot_show_is_replaced(thinker: Path) -> None:
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    child: Any = subprocess.run(
        [*PROGRAM, "run", str(thinker), "-p", "?"], capture_output=True, env=environment, check=True
    )
    assert child.stdout == b"Y?!\n"
