"""The program without Python: its own engine, tokenizer and chat template against the package's."""

from __future__ import annotations

import dataclasses
import json
import re
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

import make_checkpoint as mc
from qwen3lite import Model
from qwen3lite.convert import convert

FRANCE = "What is the capital of France?"


@pytest.fixture(scope="module")
def model() -> Model:
    return Model("smollm2", n_threads=2)


def q3l(program: str, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program, *arguments], input=stdin, capture_output=True, text=True, timeout=120
    )


def answer(program: str, *arguments: str, stdin: str = "") -> str:
    done = q3l(program, *arguments, stdin=stdin)
    assert done.returncode == 0, done.stderr
    return done.stdout


def most_resident(program: str, *arguments: str) -> int:
    """Bytes, looked at every few milliseconds."""
    most = 0
    with subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            status = Path(f"/proc/{process.pid}/status").read_text()
            if peak := re.search(r"VmHWM:\s+(\d+) kB", status):
                most = max(most, int(peak[1]) << 10)
            time.sleep(0.005)
    assert process.returncode == 0
    return most


def test_no_python_inside(program: str) -> None:
    linked = subprocess.run(["ldd", program], capture_output=True, text=True).stdout
    assert "python" not in linked
    assert Path(program).read_bytes()[:4] == b"\x7fELF"


def test_run_answers_as_the_package_does(program: str, model: Model) -> None:
    out = answer(program, "run", str(model.path), "-p", FRANCE, "--temp", "0", "-n", "40")
    chat = model.chat([{"role": "user", "content": FRANCE}], temperature=0, max_tokens=40)
    assert "Paris" in out
    assert out == chat.message.content + "\n"


def test_json(program: str, model: Model) -> None:
    arguments = ["-p", FRANCE, "--temp", "0", "-n", "3", "--json"]
    out = json.loads(answer(program, "run", str(model.path), *arguments))
    assert out["finish_reason"] == "length"
    assert out["n_generated"] == 3
    assert out["n_prompt"] > len(model.tokenize(FRANCE))
    assert out["text"].startswith("The capital")


def test_raw_and_seeds(program: str, model: Model) -> None:
    raw = ["run", str(model.path), "--raw", "-p", "Once upon a time", "-n", "12"]
    out = answer(program, *raw)
    assert out == model.generate("Once upon a time", max_tokens=12).text + "\n"
    hot = [*raw, "--temp", "1.5", "--top-k", "50", "--top-p", "0.95", "--min-p", "0.01"]
    assert answer(program, *hot, "--seed", "5") == answer(program, *hot, "--seed", "5")
    assert answer(program, *hot, "--seed", "5") != answer(program, *hot, "--seed", "6")


@pytest.mark.parametrize("name", ["repeat", "frequency", "presence"])
def test_penalties_are_those_of_the_package(program: str, model: Model, name: str) -> None:
    text = "One two three one two three one two"
    keyword = {"repeat": "repetition"}.get(name, name) + "_penalty"
    out = answer(
        program, "run", str(model.path), "--raw", "-p", text, "-n", "20", f"--{name}-penalty", "1.6"
    )
    options: dict[str, Any] = {keyword: 1.6}
    assert out == model.generate(text, max_tokens=20, **options).text + "\n"
    assert out != model.generate(text, max_tokens=20).text + "\n"


def test_chat_keeps_the_conversation(program: str, model: Model) -> None:
    turns = f"{FRANCE}\nAnd of Italy?\n/exit\n"
    out = answer(program, "chat", str(model.path), "--temp", "0", "-n", "40", stdin=turns)
    messages = [{"role": "user", "content": FRANCE}]
    first = model.chat(messages, temperature=0, max_tokens=40).message.content
    messages += [
        {"role": "assistant", "content": first},
        {"role": "user", "content": "And of Italy?"},
    ]
    second = model.chat(messages, temperature=0, max_tokens=40).message.content
    assert out == f"{first}\n{second}\n"


def test_a_prompt_from_standard_input(program: str, model: Model) -> None:
    out = answer(program, "tokenize", str(model.path), "-p", "-", stdin=FRANCE)
    assert [int(i) for i in out.split()] == model.tokenize(FRANCE)


@pytest.mark.parametrize("text", ["Hello wörld 日本 <|im_end|>", "  a\n\n b "])
def test_tokenize(program: str, model: Model, text: str) -> None:
    ids = answer(program, "tokenize", str(model.path), "-p", text, "--json")
    assert json.loads(ids)["ids"] == model.tokenize(text)
    plain = answer(program, "tokenize", str(model.path), "-p", text, "--no-special")
    assert [int(i) for i in plain.split()] == model.tokenize(text, parse_special=False)


def test_inspect(program: str, model: Model) -> None:
    out = json.loads(answer(program, "inspect", str(model.path), "--json"))
    for key in (
        "architecture",
        "n_layer",
        "n_embd",
        "n_head_kv",
        "head_dim",
        "n_vocab",
        "n_params",
    ):
        assert out[key] == getattr(model.info, key)
    assert sum(t["tensors"] for t in out["tensor_types"].values()) == 272
    assert "Q4_1" in answer(program, "inspect", str(model.path))
    assert "n_expert" not in out


def test_inspect_tells_the_memory_that_a_full_context_takes(program: str, model: Model) -> None:
    common = [str(model.path), "-c", "1024", "-t", "2"]
    plan = json.loads(answer(program, "inspect", *common, "--json"))["memory"]
    assert plan["n_ctx"] == 1024
    assert plan["total_bytes"] == sum(plan[f"{part}_bytes"] for part in ("file", "cache", "work"))
    words = " ".join(["word"] * 1000)
    most = most_resident(program, "run", *common, "--raw", "-p", words)
    # What the plan counts and a run may do without: tables for guesses, the largest chunk.
    assert 0.7 * plan["total_bytes"] < most <= plan["total_bytes"]


def test_a_full_context_slides_where_that_is_asked_for(program: str, model: Model) -> None:
    words = " ".join(["word"] * 300)
    common = ["run", str(model.path), "-c", "128", "--raw", "-n", "90", "--json", "--temp", "0"]
    refused = q3l(program, *common, "-p", words)
    assert refused.returncode == 2
    assert "the context holds 128" in refused.stderr
    out = json.loads(answer(program, *common, "-p", words, "--slide"))
    assert out["n_generated"] == 90 or out["finish_reason"] == "stop"


def test_inspect_tells_the_experts(program: str, tmp_path: Path) -> None:
    geometry = dataclasses.replace(mc.GEOMETRIES["qwen3moe", "tiny"], layers=3, dense_layers=(1,))
    convert(mc.make_checkpoint(tmp_path / "hf", geometry), tmp_path / "moe.gguf", "q8_0")
    out = json.loads(answer(program, "inspect", str(tmp_path / "moe.gguf"), "--json"))
    assert (out["n_expert"], out["n_expert_used"]) == (8, 2)
    assert out["sparse_layers"] == [0, 2]
    assert "8, 2 for a token, in 2 layers" in answer(program, "inspect", str(tmp_path / "moe.gguf"))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "missing.gguf", "-p", "x"], "missing.gguf"),
        (["run", "SMOLLM2", "-p", "x" * 20, "-c", "8"], "context holds 8"),
        (["run", "SMOLLM2", "-p", "x", "-n", "many"], "-n needs a number"),
        (["run", "SMOLLM2", "-p", "x", "--temp=-1"], "temperature"),
        (["run", "SMOLLM2"], "-p TEXT"),
        (["fly"], "'fly'"),
        (["run", "SMOLLM2", "--wings"], "'--wings'"),
        (["run", "TRUNCATED", "-p", "x"], "truncated"),
        (["run", __file__, "-p", "x"], "GGUF"),
        (["inspect", "."], "not a regular file"),
        (["bench", "SMOLLM2", "--batch", "0"], "batch must be between 1 and"),
        (["bench", "SMOLLM2", "--n-gen", "few"], "--n-gen needs a number"),
        (["run", "-p", "x", "--kv-type", "q9"], "--kv-type needs f32, f16, q8_0 or q4_0, not 'q9'"),
        (["bench", "missing.gguf"], "missing.gguf"),
    ],
)
def test_bad_input_is_one_sentence(
    program: str, model: Model, tmp_path: Path, arguments: list[str], says: str
) -> None:
    truncated = tmp_path / "truncated.gguf"
    truncated.write_bytes(model.path.read_bytes()[:5_000_000])
    names = {"SMOLLM2": str(model.path), "TRUNCATED": str(truncated)}
    done = q3l(program, *[names.get(a, a) for a in arguments])
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("q3l: ")
    assert done.stderr.count("\n") == 1
    assert says in done.stderr


def test_help(program: str) -> None:
    out = answer(program, "--help")
    for flag in ("--prompt", "--max-tokens", "--threads", "--ctx", "--temp", "--seed", "--json"):
        assert flag in out
