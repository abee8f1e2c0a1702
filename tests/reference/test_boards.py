"""Programs for other CPUs, cross-compiled and run by emulators: what they compute, and that each
instruction set is used where it is there. BOARDS_BUILD names a directory to build in, which may be
kept; BOARDS_ALL=1 runs the tests of kernels on each CPU, where else one of each architecture and
length of vectors is enough."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NANO = ROOT / "models" / "nano.gguf"


@dataclass(frozen=True)
class Board:
    arch: str
    cpu: str  # as qemu calls it
    isa: str

    def run(self, program: Path, *arguments: str, isa: str = "") -> str:
        environment = {**os.environ, "QEMU_CPU": self.cpu}
        if isa:
            environment["Q3L_ISA"] = isa
        command = [self.emulator, str(program), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    @property
    def emulator(self) -> str:
        return f"qemu-{self.arch}"

    def require_emulator(self) -> None:
        """Skips the test where there is none that has all of this CPU."""
        if self.arch == "aarch64":
            return
        done = subprocess.run([self.emulator, "--version"], capture_output=True, text=True)
        version = re.search(r"version (\d+)", done.stdout)
        if version is None or int(version[1]) < 10:
            pytest.skip(f"{self.emulator} is older than 10: {self.cpu} has no vectors there")


HALVES = "zfh=true,zvfh=true"
BOARDS = {
    "Raspberry Pi 3": Board("aarch64", "cortex-a53", "neon"),
    "Raspberry Pi 4": Board("aarch64", "cortex-a72", "neon"),
    "Raspberry Pi 5": Board("aarch64", "cortex-a76", "dotprod"),
    "Neoverse N2": Board("aarch64", "neoverse-n2", "i8mm"),
    "Neoverse V1": Board("aarch64", "neoverse-v1", "i8mm"),
    # All that ARM has. There is no row for SVE: its lengths are to change nothing.
    "ARM, SVE of 128 bits": Board("aarch64", "max,sve-max-vq=1", "i8mm"),
    "ARM, SVE of 256 bits": Board("aarch64", "max,sve-max-vq=2", "i8mm"),
    "ARM, SVE of 2048 bits": Board("aarch64", "max,sve-max-vq=16", "i8mm"),
    "RISC-V": Board("riscv64", "rv64,v=false", "scalar"),
    "RISC-V, 128 bits": Board("riscv64", "rv64,v=true,vlen=128", "rvv128"),
    "RISC-V, 256 bits": Board("riscv64", "rv64,v=true,vlen=256", "rvv256"),
    "RISC-V, 512 bits": Board("riscv64", "rv64,v=true,vlen=512", "rvv512"),
    "RISC-V, 128 bits, halves": Board("riscv64", f"rv64,v=true,vlen=128,{HALVES}", "rvv128h"),
    "RISC-V, 256 bits, halves": Board("riscv64", f"rv64,v=true,vlen=256,{HALVES}", "rvv256h"),
    "RISC-V, 512 bits, halves": Board("riscv64", f"rv64,v=true,vlen=512,{HALVES}", "rvv512h"),
    "LoongArch": Board("loongarch64", "la464,lsx=off,lasx=off", "scalar"),
    "LoongArch, 128 bits": Board("loongarch64", "la464,lasx=off", "lsx"),
    "LoongArch, 256 bits": Board("loongarch64", "la464", "lasx"),
}
# Their CPUs have the rows of the others.
QUICK = ("Neoverse N2", "RISC-V, 256 bits, halves", "LoongArch, 256 bits")
TESTED = tuple(BOARDS) if os.environ.get("BOARDS_ALL") else QUICK


@pytest.fixture(scope="session")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    builds = Path(os.environ.get("BOARDS_BUILD") or tmp_path_factory.mktemp("boards"))
    builds.mkdir(exist_ok=True)
    return builds


def built(builds: Path, arch: str, target: str, *options: str) -> Path:
    """The directory in which tools/cross_build made it, for one process at a time."""
    out = builds / arch
    command = [ROOT / "tools" / "cross_build", arch, out, target, *options]
    with (builds / f"{arch}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return out


def program(builds: Path, arch: str) -> Path:
    return built(builds, arch, "q3l") / "q3l"


def cpp_tests(builds: Path, arch: str) -> Path:
    """Of doctest's headers the compiler is to see nothing beside them."""
    include = builds / "include"
    include.mkdir(exist_ok=True)
    with contextlib.suppress(FileExistsError):
        (include / "doctest").symlink_to("/usr/include/doctest")
    options = ("-DQ3L_TESTS=ON", f"-Ddoctest_include={include}")
    return built(builds, arch, "q3l_tests", *options) / "tests" / "cpp" / "q3l_tests"


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.xdist_group(f"kernels of {n}")) for n in TESTED]
)
def test_kernels_and_engine(builds: Path, name: str) -> None:
    board = BOARDS[name]
    board.require_emulator()
    suite = cpp_tests(builds, board.arch)
    board.run(suite, "--source-file=*/tests/cpp/kernels/*")
    if board.arch != "aarch64" and TESTED is QUICK:  # whose vectors are emulated slowly
        return
    board.run(suite, "--source-file=*/tests/cpp/model/*")
    # One engine's worth: the rest differs by threads, not by kernels.
    board.run(suite, "--test-case=*long prompt*,*guesses*,greedy tokens*")


@pytest.mark.parametrize("name", BOARDS)
def test_q3l_answers_as_here(builds: Path, name: str) -> None:
    board = BOARDS[name]
    board.require_emulator()
    q3l = program(builds, board.arch)
    code = q3l.read_bytes()
    assert len(code) < 4 << 20
    assert str(ROOT).encode() not in code  # nor any other trace of where it was built
    assert b"/ld-musl" not in code  # static: it asks for no loader
    arguments = ("run", str(NANO), "-p", "What is 17 + 25?", "--json", "--temp", "0")
    there = json.loads(board.run(q3l, *arguments))
    here = shutil.which("q3l")
    assert here is not None
    answered = subprocess.run([here, *arguments], capture_output=True, text=True, check=True)
    assert there["text"] == json.loads(answered.stdout)["text"]


@pytest.mark.parametrize("name", BOARDS)
def test_the_best_row_is_taken(builds: Path, name: str) -> None:
    board = BOARDS[name]
    board.require_emulator()
    q3l = program(builds, board.arch)
    bench = ("bench", str(NANO), "--n-prompt", "8", "--n-gen", "4", "--repeat", "1", "--json")
    assert json.loads(board.run(q3l, *bench))["isa"] == board.isa
    assert json.loads(board.run(q3l, *bench, isa="scalar"))["isa"] == "scalar"


def test_an_older_cpu_does_not_have_newer_rows(builds: Path) -> None:
    board = BOARDS["Raspberry Pi 4"]
    q3l = program(builds, board.arch)
    environment = {**os.environ, "QEMU_CPU": board.cpu, "Q3L_ISA": "dotprod"}
    command = [board.emulator, str(q3l), "run", str(NANO), "-p", "Hi"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 2
    assert "there are scalar, neon" in done.stderr
