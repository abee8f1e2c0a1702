"""bench in both programs, and benchmark(): what they print, and that the figures agree."""

from __future__ import annotations

import dataclasses
import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from test_cli import PROGRAM

import make_checkpoint as mc
from qwen3lite import InvalidArgumentError, Model
from qwen3lite.benchmark import Benchmark, Samples, benchmark
from qwen3lite.benchmark_plot import check_plot
from qwen3lite.convert import convert
from qwen3lite.errors import FileError

SMALL = {
    "n_prompt": 20,
    "n_gen": 4,
    "depth": 3,
    "batch": 2,
    "shared_prefix": 0,
    "kv_type": "f16",
    "repeat": 3,
}
SHARED = SMALL | {"depth": 0, "shared_prefix": 700}
FLAGS = [f"--{name.replace('_', '-')}={value}" for name, value in SMALL.items()]
QUANTITIES = (
    "prefill_tok_s",
    "decode_tok_s",
    "ttft_ms",
    "cold_start_ms",
    "warm_start_ms",
    "rss_mb",
    "read_gb_s",
    "decode_gb_s",
    "decode_bandwidth_share",
    "single_decode_tok_s",
    "batch_speedup",
    "shared_first_ttft_ms",
    "shared_ttft_ms",
)
Bench = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(params=["q3l", "qwen3lite"])
def bench(request: pytest.FixtureRequest, program: str) -> Bench:
    """Runs the command of one of the programs."""
    words = [program] if request.param == "q3l" else PROGRAM

    def call(*more: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*words, "bench", *map(str, more)], capture_output=True, text=True, check=False
        )

    return call


def test_json(bench: Bench, tiny: Model) -> None:
    done = bench(tiny.path, "-t", "1", *FLAGS, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    settings = {"model": str(tiny.path), "isa": found["isa"], "threads": 1, **SMALL}
    assert list(found) == [*settings, *QUANTITIES]
    assert {name: found[name] for name in settings} == settings
    assert isinstance(found["isa"], str)
    for name in QUANTITIES:
        if name == "cold_start_ms" and found[name] is None:
            continue  # a file system in memory: nothing starts cold
        if name.startswith("shared"):
            assert found[name] is None
            continue
        assert list(found[name]) == ["median", "min", "max"]
        assert 0 < found[name]["min"] <= found[name]["median"] <= found[name]["max"]
    # Keys and values are halves of 2 layers x 2 heads x 64; positions on average 3 + 2.5.
    step = step_bytes(tiny.path) + 2 * 5.5 * 2 * 2 * 2 * 64 * 2
    for of in ("median", "min", "max"):
        decoded = found["decode_tok_s"][of] / 2 * step / 1e9
        assert found["decode_gb_s"][of] == pytest.approx(decoded, rel=1e-6)


def test_a_shared_prefix(bench: Bench, tiny: Model) -> None:
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in SHARED.items()]
    done = bench(tiny.path, "-t", "1", *flags, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    assert {name: found[name] for name in SHARED} == SHARED
    assert found["batch_speedup"]["min"] > 0
    # 716 positions against 16.
    assert found["shared_ttft_ms"]["median"] < found["shared_first_ttft_ms"]["median"] / 3
    # A step reads the prefix once, and of each sequence 16 positions and on average 2.5.
    step = step_bytes(tiny.path) + (700 + 2 * 18.5) * 2 * 2 * 2 * 64 * 2
    decoded = found["decode_tok_s"]["median"] / 2 * step / 1e9
    assert found["decode_gb_s"]["median"] == pytest.approx(decoded, rel=1e-6)
    rows = bench(tiny.path, *flags).stdout
    assert "shared prefix 700" in rows
    for name in ("one alone", "together", "first prefix", "known prefix"):
        assert re.search(rf"^ *{name} +\d", rows, re.MULTILINE)


def step_bytes(path: Path) -> int:
    """Of a dense model whose embedding is its head: all of its tensors."""
    from gguf import GGUFReader

    return sum(int(tensor.n_bytes) for tensor in GGUFReader(path).tensors)


def test_table(bench: Bench, tiny: Model) -> None:
    done = bench(tiny.path, *FLAGS)
    assert (done.returncode, done.stderr) == (0, "")
    lines = [re.split(r"  +", line.strip()) for line in done.stdout.splitlines()]
    assert lines[0] == [str(tiny.path)]
    rows = {row[0]: row[1:] for row in lines}
    assert (
        "prompt 20, steps 4, depth 3, batch 2, shared prefix 0, cache f16, repetitions 3"
        in done.stdout
    )
    number = r"\d+\.\d+"
    for name, unit in {
        "prefill": "tok/s",
        "decode": "tok/s",
        "first token": "ms",
        "warm start": "ms",
        "peak memory": "MB",
        "memory reads": "GB/s",
        "decode reads": "GB/s",
        "of bandwidth": "%",
    }.items():
        assert re.fullmatch(rf"{number} {unit} {number} - {number}", " ".join(rows[name]))
    assert "cold start" in rows
    assert re.search(rf"A step reads {number} MB of weights and {number} MB", done.stdout)


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--n-prompt=0"], "n_prompt must be between 1 and 1048576, not 0"),
        (["--n-gen=-1"], "n_gen must be between 1 and 1048576, not -1"),
        (["--depth=-1"], "depth must be between 0 and 1048576, not -1"),
        (["--batch=0"], "batch must be between 1 and 1024, not 0"),
        (["--shared-prefix=-1"], "shared_prefix must be between 0 and 1048576, not -1"),
        (
            ["--shared-prefix=5", "--depth=5"],
            "depth and shared_prefix are two ways to say what is in the cache; give one of them",
        ),
        (["--repeat=0"], "repeat must be between 1 and 10000, not 0"),
        (["-t", "-1"], "n_threads must be between 0 and 1024, not -1"),
    ],
)
def test_bad_numbers_are_one_sentence(
    bench: Bench, tiny: Model, flags: list[str], sentence: str
) -> None:
    done = bench(tiny.path, *flags)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(rf"\w+: {re.escape(sentence)}\n", done.stderr)


def test_models_are_named_as_elsewhere(tiny_checkpoint: Path, tiny: Model) -> None:
    words = [*PROGRAM, "bench", str(tiny_checkpoint), *FLAGS, "--json"]
    found = json.loads(subprocess.run(words, capture_output=True, check=True).stdout)
    assert found["model"] == str(tiny.path)


def test_a_sparse_model_reads_the_experts_in_use(tmp_path: Path) -> None:
    geometry = dataclasses.replace(mc.GEOMETRIES["qwen3moe", "tiny"], tied=False)
    file = tmp_path / "moe.gguf"
    convert(mc.make_checkpoint(tmp_path / "hf", geometry), file, "q8_0")
    from gguf import GGUFReader

    one = several = 0.0
    for tensor in GGUFReader(file).tensors:
        if tensor.name == "token_embd.weight":
            continue
        is_stack = tensor.name.endswith("_exps.weight")
        one += tensor.n_bytes * (2 / 8 if is_stack else 1)
        several += tensor.n_bytes * (1 - (6 / 8) ** 2 if is_stack else 1)
    settings: dict[str, Any] = SMALL | {"repeat": 1}
    assert benchmark(file, **settings | {"batch": 1}).weight_bytes == pytest.approx(one)
    assert benchmark(file, **settings).weight_bytes == pytest.approx(several)


def test_progress_and_threads(tiny: Model) -> None:
    told: list[tuple[int, int]] = []
    settings: dict[str, Any] = SMALL
    result = benchmark(tiny.path, n_threads=2, progress=lambda *done: told.append(done), **settings)
    assert result.threads == 2
    assert told == [(i, 7) for i in range(1, 8)]
    assert all(
        len(value.values) == (1 if field.name == "rss_mb" else 3)
        for field in dataclasses.fields(Benchmark)
        if isinstance(value := getattr(result, field.name), Samples)
    )


def test_an_exception_ends_a_benchmark(tiny: Model) -> None:
    def stop(done: int, total: int) -> None:
        raise RuntimeError(f"{done} of {total}")

    with pytest.raises(RuntimeError, match="1 of 15"):
        benchmark(tiny.path, progress=stop)
    with pytest.raises(InvalidArgumentError, match="repeat must be"):
        benchmark(tiny.path, repeat=0)


def test_ctrl_c_ends_bench_at_once(tiny: Model) -> None:
    script = (
        "import sys; from qwen3lite.benchmark import benchmark;"
        "benchmark(sys.argv[1], n_gen=1_000_000, n_prompt=1, repeat=1,"
        " progress=lambda done, total: print(done, flush=True))"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script, str(tiny.path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "1\n"
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=30)
    assert "KeyboardInterrupt" in err
    assert child.returncode != 0


def test_a_plot_is_refused_before_measuring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qwen3lite.benchmark_plot.find_spec", lambda name: None)
    with pytest.raises(FileError, match="pip install matplotlib"):
        check_plot(tmp_path / "out.png")
    monkeypatch.setattr("qwen3lite.benchmark_plot.find_spec", lambda name: object())
    check_plot(tmp_path / "out.png")
    with pytest.raises(FileError, match=r"ends in \.png, \.svg or \.pdf"):
        check_plot(tmp_path / "out.doc")
    with pytest.raises(FileError, match="no such directory"):
        check_plot(tmp_path / "missing" / "out.png")
