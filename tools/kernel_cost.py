#!/usr/bin/env python3
"""What kernels cost on CPUs that are not at hand: instructions that they execute, counted by an
emulator, and cycles that LLVM's model of a CPU (llvm-mca) says these take.

    python tools/kernel_cost.py                          # all rows of aarch64, riscv64, loongarch64
    python tools/kernel_cost.py --row dotprod --json out.json

Counted is what 32 weights of a generated token cost, loads, scales and all: the difference of two
products, one with twice as many inputs. Of a prompt it is what 32 weights and one token cost, once
the weights are unpacked: of two products, one has twice as many tokens. Beside it stand the bytes
of weights that all cores get through in a second, against what the memory gives. Wants qemu-user
10, llvm-objdump and llvm-mca, and builds with zig as tools/cross_build does. --peer counts
llama.cpp's dot products of a row alike.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
ROLES = ("generated", "prompt")
FORMATS = ("Q4_0", "Q8_0", "Q4_K", "Q6_K")
BLOCK = 32  # weights that costs are given for
BLOCK_BYTES = {"Q4_0": 18.0, "Q8_0": 34.0, "Q4_K": 18.0, "Q6_K": 26.25}
N_IN, N_OUT, N_TOKENS = 256, 32, 16
FEATURES = {"aarch64": "+dotprod,+i8mm,+fullfp16,+bf16", "riscv64": "+m,+a,+f,+d,+c,+v"}
LLVM = ("-22", "-21", "-20", "-19", "")  # suffixes of its tools, the newest first


@dataclass(frozen=True)
class Cpu:
    """A board's."""

    model: str  # LLVM's
    ghz: float
    n_cores: int
    memory: float  # GB/s that its usual board sustains


CPUS = {
    "cortex-a53": Cpu("cortex-a53", 1.4, 4, 2.0),  # Raspberry Pi 3
    "cortex-a72": Cpu("cortex-a72", 1.8, 4, 4.0),  # Raspberry Pi 4
    # Raspberry Pi 5; LLVM models the A76's sibling for servers.
    "cortex-a76": Cpu("neoverse-n1", 2.4, 4, 10.5),
    "neoverse-n2": Cpu("neoverse-n2", 3.0, 4, 40.0),
    "sifive-x280": Cpu("sifive-x280", 1.5, 4, 10.0),
    "spacemit-x60": Cpu("spacemit-x60", 1.6, 8, 10.0),  # Banana Pi F3
}


@dataclass(frozen=True)
class Row:
    arch: str
    name: str
    emulated: str  # CPU, as qemu calls it
    cpus: tuple[str, ...]


ROWS = (
    Row("aarch64", "neon", "cortex-a72", ("cortex-a53", "cortex-a72")),
    Row("aarch64", "dotprod", "cortex-a76", ("cortex-a76", "neoverse-n2")),
    Row("aarch64", "i8mm", "neoverse-n2", ("neoverse-n2",)),
    Row("riscv64", "rvv128", "rv64,v=true,vlen=128", ()),
    Row("riscv64", "rvv256", "rv64,v=true,vlen=256", ("spacemit-x60",)),
    Row("riscv64", "rvv512", "rv64,v=true,vlen=512", ("sifive-x280",)),
    Row("loongarch64", "lsx", "la464,lasx=off", ()),
    Row("loongarch64", "lasx", "la464", ()),
)


PEER = "llama.cpp"
PEER_ROW = Row("aarch64", PEER, "cortex-a76", ("cortex-a76", "neoverse-n2"))


@dataclass(frozen=True)
class Cost:
    row: str
    format: str
    role: str  # "generated" or "prompt"
    instructions: float  # for 32 weights, and one token
    cycles: dict[str, float]  # the same, by CPU


def llvm_tool(name: str) -> str:
    for suffix in LLVM:
        try:
            subprocess.run([name + suffix, "--version"], capture_output=True, check=True)
        except FileNotFoundError:
            continue
        return name + suffix
    sys.exit(f"kernel_cost: there is no {name}; install LLVM's tools (Debian: llvm-19)")


def build(arch: str, out: Path) -> Path:
    """q3l_kernel_cost, in the directory that tools/cross_build takes."""
    cross_build = str(ROOT / "tools" / "cross_build")
    command = [cross_build, arch, str(out), "q3l_kernel_cost", "-DQ3L_BENCHMARKS=ON"]
    subprocess.run(command, check=True, capture_output=True)
    return out / "q3l_kernel_cost"


def build_peer(ggml: Path, out: Path) -> Path:
    """Its dot products for ARMv8.2 and a program that calls one of them."""
    cpu = ggml / "src" / "ggml-cpu"
    flags = ["-static", "-O2", "-D_GNU_SOURCE", "-ffunction-sections", "-Wl,--gc-sections"]
    for flag in ("-O3", "-target-feature", "+dotprod"):
        flags += ["-Xclang", flag]
    includes = [f"-I{path}" for path in (ggml / "include", ggml / "src", cpu)]
    sources = [ROOT / "benchmarks" / "peer_dots.c", cpu / "arch" / "arm" / "quants.c"]
    compiler = [str(ROOT / "tools" / "with_zig"), "zig-cc", "-target", "aarch64-linux-musl"]
    subprocess.run([*compiler, *flags, *includes, *map(str, sources), "-o", str(out)], check=True)
    return out


@dataclass(frozen=True)
class Emulator:
    arch: str
    cpu: str

    def run(self, command: Sequence[str | Path], *options: str) -> str:
        done = subprocess.run(
            [f"qemu-{self.arch}", "-cpu", self.cpu, *options, *command],
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            sys.exit(f"kernel_cost: {command[0]} {command[1:]} on {self.cpu}: {done.stderr}")
        return done.stdout

    def trace(self, command: Sequence[str | Path]) -> list[int]:
        """Addresses of what is executed, from the one on that the program prints."""
        begin = int(self.run(command), 16)
        reach = 1 << 19  # bytes of code to either side that may belong to it
        with tempfile.NamedTemporaryFile() as log:
            ranges = f"{begin - reach:#x}..{begin + reach:#x}"
            again = self.run(
                command,
                *("-one-insn-per-tb", "-d", "exec,nochain", "-dfilter", ranges, "-D", log.name),
            )
            assert int(again, 16) == begin, "loaded at another address"
            lines = Path(log.name).read_text().splitlines()
        addresses = [int(line.split("/")[1], 16) for line in lines if line.startswith("Trace")]
        return addresses[addresses.index(begin) :]


def code_at(program: Path, addresses: Sequence[int], arch: str) -> dict[int, str]:
    """Each address's instruction, as LLVM's assembler reads it."""
    features = f"--mattr={FEATURES[arch]}"
    command = [llvm_tool("llvm-objdump"), "-d", "--no-show-raw-insn", features, str(program)]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    wanted = set(addresses)
    comments = {"aarch64": r"<.*>|//.*$", "riscv64": r"<.*>|#.*$"}[arch]
    found = {}
    for line in listing.splitlines():
        match = re.match(r"\s*([0-9a-f]+):\s+(.*)", line)
        if match and int(match[1], 16) in wanted:
            found[int(match[1], 16)] = re.sub(comments, "", match[2]).strip()
    return found


BRANCHES = re.compile(
    r"^(b|b\.\w+|bl|br|blr|ret|cbn?z|tbn?z|j|jal|jalr|jr|beqz|bnez|b(eq|ne|lt|ge|le|gt)\w*"
    r"|call|tail|auipc|adrp?)\b"
)


def cycles(code: Sequence[str], arch: str, model: str) -> float | None:
    """Of the instructions in this order, branches left out, which are foreseen; None where
    this LLVM has no such model."""
    straight = [line for line in code if not BRANCHES.match(line)]
    done = subprocess.run(
        [
            *(
                llvm_tool("llvm-mca"),
                f"-mtriple={arch}",
                f"-mcpu={model}",
                f"-mattr={FEATURES[arch]}",
            ),
            *("-iterations=1", "-instruction-info=0", "-resource-pressure=0", "-summary-view=1"),
        ],
        input="\n".join(straight),
        capture_output=True,
        text=True,
    )
    found = re.search(r"Instructions:\s+(\d+)\s+Total Cycles:\s+(\d+)", done.stdout)
    if found is None:
        return None
    if int(found[1]) != len(straight):
        sys.exit(f"kernel_cost: llvm-mca does not read all of this: {done.stderr[:500]}")
    return float(found[2])


@dataclass(frozen=True)
class Subject:
    """A program that calls one kernel, and its arguments for so many inputs of each product."""

    program: Path
    row: Row
    format: str
    role: str

    def arguments(self, times: int) -> list[str]:
        """For so many times the inputs of a generated token, or the tokens of a prompt."""
        if self.row.name == PEER:
            return [self.format, str(times * N_IN)]
        sizes = (N_IN, N_OUT, times * N_TOKENS) if self.is_prompt else (times * N_IN, N_OUT, 1)
        return [self.row.name, self.format, self.role, *map(str, sizes)]

    @property
    def is_prompt(self) -> bool:
        return self.role == "prompt"

    @property
    def n_blocks(self) -> int:
        n_rows = 1 if self.row.name == PEER else N_OUT
        return N_IN // BLOCK * n_rows * (N_TOKENS if self.is_prompt else 1)

    def cost(self) -> Cost:
        emulator = Emulator(self.row.arch, self.row.emulated)
        short, long = (emulator.trace([self.program, *self.arguments(n)]) for n in (1, 2))
        code = code_at(self.program, [*short, *long], self.row.arch) if self.row.cpus else {}
        by_cpu = {}
        for cpu in self.row.cpus:
            before, after = (
                cycles([code[a] for a in trace], self.row.arch, CPUS[cpu].model)
                for trace in (short, long)
            )
            if before is not None and after is not None:
                by_cpu[cpu] = (after - before) / self.n_blocks
        counted = (len(long) - len(short)) / self.n_blocks
        return Cost(self.row.name, self.format, self.role, counted, by_cpu)


def shown(costs: Sequence[Cost]) -> Table:
    table = Table("row", "format", "role", "instructions", "cycles", "GB/s of all cores, of memory")
    for c in costs:
        table.add_row(c.row, c.format, c.role, f"{c.instructions:.1f}", "", "")
        for name, n in c.cycles.items():
            cpu = CPUS[name]
            rate = cpu.n_cores * cpu.ghz * BLOCK_BYTES[c.format] / n
            is_read = c.role == "generated"
            speed = f"{rate:.1f}, {rate / cpu.memory:.1f} x {cpu.memory:g}" if is_read else ""
            table.add_row("", "", name, "", f"{n:.1f}", speed)
    return table


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--row", action="append", choices=[r.name for r in ROWS])
    parser.add_argument("--format", action="append", choices=FORMATS)
    parser.add_argument("--peer", type=Path, help="llama.cpp's directory ggml")
    parser.add_argument("--json", type=Path, help="write the figures there")
    parser.add_argument("--build", type=Path, default=ROOT / "build", help="directory for builds")
    return parser.parse_args()


def subjects(arguments: argparse.Namespace) -> Iterator[Subject]:
    formats = arguments.format or FORMATS
    for row in ROWS:
        if arguments.row and row.name not in arguments.row:
            continue
        program = build(row.arch, arguments.build / f"cross-{row.arch}")
        for format, role in product(formats, ROLES):
            yield Subject(program, row, format, role)
    if arguments.peer:
        program = build_peer(arguments.peer, arguments.build / "peer_dots")
        for format in formats:
            yield Subject(program, PEER_ROW, format, "generated")


def main() -> None:
    arguments = parse()
    costs = [subject.cost() for subject in subjects(arguments)]
    Console().print(shown(costs))
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(c) for c in costs], indent=1) + "\n")


if __name__ == "__main__":
    main()
