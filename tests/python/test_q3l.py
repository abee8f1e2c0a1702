"""The program without Python: its own engine, tokenizer and chat template against the package's."""

from __future__ import annotations

import dataclasses
import json
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

import make_checkpoint as mc
from qwen3lite import Model
from qwen3lite.convert import convert
from qwen3lite.experts.choices import Choice
from qwen3lite.experts.upcycle import upcycle

USAGE, FILE, INTERRUPTED = 2, 3, 130  # exit status
FRANCE = "What is the capital of France?"
WEATHER = "What is the weather in Paris?"
MANUAL = Path(__file__).parents[2] / "docs" / "q3l.1"
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Get the weather of a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}
CALL = {"name": "get_weather", "arguments": {"city": "Paris"}}


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
    assert refused.returncode == USAGE
    assert "the context holds 128" in refused.stderr
    out = json.loads(answer(program, *common, "-p", words, "--slide"))
    assert out["n_generated"] == 90 or out["finish_reason"] == "stop"


def test_inspect_tells_of_packs(program: str, tmp_path: Path) -> None:
    nano, pack = str(Model.nano().path), tmp_path / "pack.gguf"
    upcycle(Path(nano), pack, choices=[Choice("own"), Choice("other", "math")])
    model = json.loads(answer(program, "inspect", nano, "--json"))
    out = json.loads(answer(program, "inspect", str(pack), "--json"))
    assert out["mode"] == "replace"
    assert out["trunk"] is True
    assert out["n_choices"] == 2
    assert out["base_fingerprint"] == model["fingerprint"]
    text = answer(program, "inspect", str(pack))
    assert "2, 1 for a token" in text
    assert "'other', for 'math'" in text
    assert model["fingerprint"] in answer(program, "inspect", nano)


def test_experts_plug_in(program: str, tmp_path: Path) -> None:
    nano, pack = str(Model.nano().path), tmp_path / "pack.gguf"
    upcycle(Path(nano), pack, noise=0)
    ask = ("run", nano, "-p", "What is 17 + 25?", "--temp", "0")
    assert answer(program, *ask, "--experts", str(pack)) == answer(program, *ask)


def test_inspect_tells_the_experts(program: str, tmp_path: Path) -> None:
    geometry = dataclasses.replace(mc.GEOMETRIES["qwen3moe", "tiny"], layers=3, dense_layers=(1,))
    convert(mc.make_checkpoint(tmp_path / "hf", geometry), tmp_path / "moe.gguf", "q8_0")
    out = json.loads(answer(program, "inspect", str(tmp_path / "moe.gguf"), "--json"))
    assert (out["n_expert"], out["n_expert_used"]) == (8, 2)
    assert out["sparse_layers"] == [0, 2]
    assert "8, 2 for a token, in 2 layers" in answer(program, "inspect", str(tmp_path / "moe.gguf"))


@pytest.mark.parametrize(
    ("status", "arguments", "says"),
    [
        (FILE, ["run", "missing.gguf", "-p", "x"], "missing.gguf"),
        (USAGE, ["run", "SMOLLM2", "-p", "x" * 20, "-c", "8"], "context holds 8"),
        (USAGE, ["run", "SMOLLM2", "-p", "x", "-n", "many"], "-n needs a number"),
        (USAGE, ["run", "SMOLLM2", "-p", "x", "--temp=-1"], "temperature"),
        (USAGE, ["run", "SMOLLM2"], "-p TEXT"),
        (USAGE, ["fly"], "'fly'"),
        (USAGE, ["run", "SMOLLM2", "--wings"], "'--wings'"),
        (FILE, ["run", "TRUNCATED", "-p", "x"], "truncated"),
        (FILE, ["run", __file__, "-p", "x"], "GGUF"),
        (FILE, ["inspect", "."], "not a regular file"),
        (USAGE, ["bench", "SMOLLM2", "--batch", "0"], "batch must be between 1 and"),
        (USAGE, ["bench", "SMOLLM2", "--n-gen", "few"], "--n-gen needs a number"),
        (
            USAGE,
            ["run", "-p", "x", "--kv-type", "q9"],
            "--kv-type needs f32, f16, q8_0 or q4_0, not 'q9'",
        ),
        (FILE, ["bench", "missing.gguf"], "missing.gguf"),
        (FILE, ["chat", "--tools", "missing.json"], "missing.json"),
        (FILE, ["chat", "--tools", "."], "not a regular file"),
        (FILE, ["chat", "--tools", "NO_JSON"], "line 2, column 12: JSON needs a key"),
        (FILE, ["chat", "--tools", "NO_LIST"], "holds no tools; list tools as [{"),
        (FILE, ["chat", "--tools", "NO_NAME"], "tool 2 has no name"),
        (FILE, ["chat", "SMOLLM2", "--tools", "GOOD", "-p", "x"], "<tool_call>"),
        (USAGE, ["chat", "--tools", "TWICE"], "same name"),
    ],
)
def test_bad_input_is_one_sentence(
    program: str, model: Model, tmp_path: Path, status: int, arguments: list[str], says: str
) -> None:
    truncated = tmp_path / "truncated.gguf"
    truncated.write_bytes(model.path.read_bytes()[:5_000_000])
    names = {"SMOLLM2": str(model.path), "TRUNCATED": str(truncated)}
    for name, text in {
        "GOOD": '[{"name": "a"}]',
        "NO_JSON": '[\n{"name": 1,}]',
        "NO_LIST": '{"name": "a"}',
        "NO_NAME": '[{"name": "a"}, {"function": {}}]',
        "TWICE": '[{"name": "a"}, {"name": "a"}]',
    }.items():
        names[name] = str(tmp_path / name)
        Path(names[name]).write_text(text)
    done = q3l(program, *[names.get(a, a) for a in arguments])
    assert done.returncode == status
    assert done.stdout == ""
    assert done.stderr.startswith("q3l: ")
    assert done.stderr.count("\n") == 1
    assert says in done.stderr


def test_help_and_the_manual_have_every_flag(program: str) -> None:
    out = answer(program, "--help")
    flags = re.findall(r"^  (?:(-\w), |    )(--[a-z-]+)", out, re.MULTILINE)
    assert {"--prompt", "--tools", "--json"} <= {name for _, name in flags}
    manual = MANUAL.read_text()
    entries = re.findall(r"^\.It Fl .*", manual, re.MULTILINE)
    documented = {"-" + word for entry in entries for word in re.findall(r"Fl (\S+)", entry)}
    missing = {word for flag in flags for word in flag if word} - documented
    assert not missing
    for command in re.findall(r"^  q3l (\w+)", out, re.MULTILINE):
        assert f".It Cm {command}\n" in manual


@pytest.fixture
def tools(tmp_path: Path) -> str:
    """A file with one tool, which nano calls when it is asked WEATHER."""
    path = tmp_path / "tools.json"
    path.write_text(json.dumps([TOOL]))
    return str(path)


def test_chat_calls_tools_and_goes_on_with_their_results(program: str, tools: str) -> None:
    turns = f'{WEATHER}\n{{"temperature": 21}}\n'
    done = q3l(program, "chat", "--tools", tools, "--temp", "0", stdin=turns)
    assert done.returncode == 0, done.stderr
    call, *rest = done.stdout.splitlines()
    assert json.loads(call) == CALL
    assert "21" in "".join(rest)
    assert "Asked: weather" in done.stderr  # what it thinks
    assert "think" not in done.stdout


def test_chat_prompts_are_those_of_the_package(program: str, tools: str) -> None:
    """As many tokens, with tools, a call of the model's own and its result."""
    nano = Model.nano(n_ctx=2048)
    response = '{"temperature": 21}'
    for thinking in (True, False):
        flags = ["--json", "--temp", "0", "--think" if thinking else "--no-think"]
        out = answer(program, "chat", "--tools", tools, *flags, stdin=f"{WEATHER}\n{response}\n")
        events = [json.loads(line) for line in out.splitlines()]
        assert [e["type"] for e in events if e["type"] in ("tool_call", "done")] == [
            "tool_call",
            "done",
            "done",
        ]
        parts = {
            kind: "".join(e["text"] for e in events if e["type"] == kind)
            for kind in ("thinking", "text")
        }
        call = next(e for e in events if e["type"] == "tool_call")
        assert {key: call[key] for key in CALL} == CALL
        messages: list[dict[str, Any]] = [{"role": "user", "content": WEATHER}]
        first = nano.chat(messages, tools=[TOOL], enable_thinking=thinking, temperature=0)
        thoughts = first.message.reasoning_content
        calls = [{"type": "function", "function": CALL}]
        messages += [
            {
                "role": "assistant",
                "content": "",
                "reasoning_content": thoughts,
                "tool_calls": calls,
            },
            {"role": "tool", "content": response},
        ]
        second = nano.chat(messages, tools=[TOOL], enable_thinking=thinking, temperature=0)
        assert parts["text"] == second.message.content
        assert parts["thinking"] == thoughts + second.message.reasoning_content
        ends = [e for e in events if e["type"] == "done"]
        assert [e["n_prompt"] for e in ends] == [
            first.timings.n_prompt,
            second.timings.n_prompt,
        ]
        assert all(e["finish_reason"] == "stop" for e in ends)
        assert all(e["n_generated"] > 0 and e["decode_tok_s"] > 0 for e in ends)


def test_bare_functions_are_tools_too(program: str, tools: str, tmp_path: Path) -> None:
    bare = tmp_path / "bare.json"
    bare.write_text(json.dumps([TOOL["function"]]))
    flags = ["--temp", "0", "--no-think", "-p", WEATHER]
    assert answer(program, "chat", "--tools", str(bare), *flags) == answer(
        program, "chat", "--tools", tools, *flags
    )


def test_a_call_that_is_cut_off_is_text(program: str, tools: str) -> None:
    flags = ["--temp", "0", "--no-think", "-n", "8", "--json", "-p", WEATHER]
    out = answer(program, "chat", "--tools", tools, *flags)
    events = [json.loads(line) for line in out.splitlines()]
    assert [e["type"] for e in events] == ["text", "done"]
    assert events[0]["text"].startswith('<tool_call>\n{"name": "get_')
    assert events[1]["finish_reason"] == "length"


def test_a_benchmark_fits_its_limit(program: str) -> None:
    for sizes in ((), ("--depth", "70"), ("--shared-prefix", "100", "--batch", "3")):
        few = ["--n-prompt", "100", "--n-gen", "8", "--repeat", "1", "--json"]
        out = json.loads(answer(program, "bench", "--mem-limit", "200M", *sizes, *few))
        assert out["decode_tok_s"]["median"] > 0


def test_output_that_cannot_be_written_is_an_error(program: str) -> None:
    with Path("/dev/full").open("w") as full:
        command = [program, "tokenize", "-p", "hello"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == FILE
    assert "cannot be written" in done.stderr


def test_chat_forgets_when_it_is_told_to(program: str) -> None:
    def prompts(*lines: str) -> list[int]:
        out = answer(program, "chat", "--json", "--temp", "0", stdin="\n".join(lines) + "\n")
        ends = [json.loads(line) for line in out.splitlines()]
        return [e["n_prompt"] for e in ends if e["type"] == "done"]

    question = "What is 17 + 25?"
    first, second = prompts(question, "/clear", question)
    assert first == second
    first, second = prompts(question, question, "/exit", question)
    assert first < second


def test_what_the_context_cannot_hold_is_left_out_of_a_chat(program: str) -> None:
    question = "What is 17 + 25?"
    flags = ["-c", "128", "--temp", "0", "--no-think"]
    done = q3l(program, "chat", *flags, stdin=f"{question}\n{'word ' * 200}\n{question}\n")
    assert done.returncode == 0
    assert done.stdout == answer(program, "chat", *flags, stdin=f"{question}\n{question}\n")
    assert "the context holds 128" in done.stderr


def test_thoughts_are_apart(program: str) -> None:
    flags = ["run", "-p", "What is 17 + 25?", "--temp", "0"]
    done = q3l(program, *flags)
    assert done.stdout == "42\n"
    out = json.loads(answer(program, *flags, "--json"))
    assert out["text"] == "42"
    assert out["reasoning_content"] == done.stderr.rstrip("\n") != ""
    assert out["prompt_seconds"] > 0
    assert json.loads(answer(program, *flags, "--json", "--no-think"))["reasoning_content"] == ""


def test_an_interrupt_ends_a_run(program: str, model: Model) -> None:
    command = [program, "run", str(model.path), "--raw", "-p", "One, two, three,", "--slide"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.read(10)
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        assert process.wait(30) == INTERRUPTED


def test_an_interrupt_stops_an_answer_of_a_chat(program: str, model: Model) -> None:
    command = [program, "chat", str(model.path), "--json", "-p", "Tell me a very long story."]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate("/exit\n", timeout=60)
    assert process.returncode == 0
    assert json.loads(out.splitlines()[-1])["finish_reason"] == "interrupted"
