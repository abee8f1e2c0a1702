"""q3l on emulated CPUs (qemu-user): it starts, picks a row that they have, and writes the same."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from qwen3lite.convert import convert

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
from make_checkpoint import GEOMETRIES, make_checkpoint

EMULATOR = "qemu-x86_64"
pytestmark = pytest.mark.skipif(
    shutil.which(EMULATOR) is None, reason=f"{EMULATOR} is not installed: apt install qemu-user"
)

# The oldest x86-64, one with AVX alone, and one with AVX2.
ROWS = {"qemu64": "scalar", "SandyBridge": "scalar", "Haswell": "avx2"}
TYPES = ("f32", "q4_0")  # the latter with a Q6_K head
PROMPT = "The licenses for most software are designed to take away your freedom to share it."

each_cpu = pytest.mark.parametrize("cpu", ROWS)


def run(command: list[str], isa: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "Q3L_ISA"}
    if isa is not None:
        environment["Q3L_ISA"] = isa
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)


def output(command: list[str], isa: str | None = None) -> str:
    done = run(command, isa)
    assert done.returncode == 0, done.stderr
    return done.stdout


def emulated(cpu: str) -> list[str]:
    return [EMULATOR, "-cpu", cpu]


@pytest.fixture(scope="module", params=["qwen3", "qwen3moe"])
def models(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    directory = tmp_path_factory.mktemp(request.param)
    checkpoint = make_checkpoint(directory / "hf", GEOMETRIES[request.param, "tiny"], seed=71)
    paths = [directory / f"{type}.gguf" for type in TYPES]
    for path in paths:
        convert(checkpoint, path, path.stem)
    return paths


@each_cpu
def test_the_text_is_the_same(cpu: str, program: str, models: list[Path]) -> None:
    for path in models:
        arguments = [program, "run", str(path), "--raw", "-p", PROMPT, "-n", "16", "--temp", "0"]
        text = output(arguments, ROWS[cpu])
        assert len(text) > 1
        assert output([*emulated(cpu), *arguments]) == text


@each_cpu
def test_the_row_is_the_cpus_best(cpu: str, program: str, models: list[Path]) -> None:
    options = ["--n-prompt", "4", "--n-gen", "2", "--repeat", "1", "--json"]
    out = output([*emulated(cpu), program, "bench", str(models[0]), *options])
    assert json.loads(out)["isa"] == ROWS[cpu]


def test_a_row_that_the_cpu_lacks_is_refused(program: str, models: list[Path]) -> None:
    arguments = [program, "run", str(models[0]), "-p", PROMPT, "-n", "1"]
    done = run([*emulated("qemu64"), *arguments], "avx512")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == (
        "q3l: no instruction set 'avx512' (Q3L_ISA) on this machine; there are scalar"
    )
