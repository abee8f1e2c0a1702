"""What this machine offers, what of it is used, and what commonly goes wrong, with its remedy."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from . import _core
from .cache import cache_directory
from .errors import InvalidArgumentError, Qwen3LiteError

ISA_VARIABLE = "Q3L_ISA"
PACKAGES = ("qwen3lite", "numpy", "gguf", "jinja2", "rich", "typer", "huggingface_hub")
PROBE_BYTES = 256 << 20  # beyond most caches
# Drivers whose governor "powersave" is the ordinary one: they raise the clock under load.
SELF_CLOCKING_DRIVERS = ("intel_pstate", "amd-pstate-epp")
MEASURED_NOISE = 0.05  # of a load average: what asking costs


@dataclass(frozen=True)
class IsaRow:
    """An instruction set that this build has: the CPU features it needs, found and missing."""

    name: str
    found: list[str]
    missing: list[str]

    @property
    def is_available(self) -> bool:
        return not self.missing


@dataclass(frozen=True)
class Cpu:
    """Cores and their clock. Texts are empty where the operating system does not say."""

    model: str
    n_threads: int  # hardware threads
    n_physical: int  # cores
    n_allowed: int  # cores in this process's affinity mask
    quota: float | None  # CPUs that its control group may keep busy
    n_usable: int  # threads that a model uses by default
    load: float  # processes that ran or waited, on average over a minute
    clock_driver: str
    clock_governor: str
    clock_preference: str


@dataclass(frozen=True)
class Cache:
    level: int
    type: str  # "Data", "Instruction" or "Unified"
    bytes: int
    n_sharing: int  # hardware threads


@dataclass(frozen=True)
class Memory:
    """In bytes; `limit` is that of the process's control group."""

    total: int
    available: int
    limit: int | None


@dataclass(frozen=True)
class Bandwidth:
    """How fast threads read memory, bytes per second: a model's file, mapped, or a buffer."""

    n_bytes: int
    is_file: bool
    by_threads: dict[int, float]


@dataclass(frozen=True)
class ModelFiles:
    """The cache of converted models."""

    directory: str
    n_models: int
    n_bytes: int


@dataclass(frozen=True)
class ModelCheck:
    """The model that was asked about; `error` says why it does not open."""

    path: str
    n_bytes: int
    error: str | None = None


@dataclass(frozen=True)
class Problem:
    """What is wrong and what helps, which an error may say itself. A fatal one keeps models from
    running."""

    what: str
    remedy: str
    is_fatal: bool = False


@dataclass(frozen=True)
class Report:
    cpu: Cpu
    isa_rows: list[IsaRow]  # of this build, slowest first
    isa: str | None  # in use; None when Q3L_ISA names none
    isa_cap: str | None  # Q3L_ISA
    caches: list[Cache]
    memory: Memory
    bandwidth: Bandwidth | None  # None where too little memory is free to probe it
    model_files: ModelFiles
    versions: dict[str, str]
    model: ModelCheck | None = None
    problems: list[Problem] = field(default_factory=list)


def examine(model: Path | None = None) -> Report:
    """Looks at the machine, and at whether `model`, a GGUF file, runs on it.

    Reads memory for about a second; a model's own file, where one is given. Throws nothing that the
    report can say.
    """
    memory = Memory(**_core.memory())
    cpu = Cpu(**_core.cpu())
    isa = _isa_in_use()
    checked = _check(model, can_open=isa is not None) if model else None
    report = Report(
        cpu=cpu,
        isa_rows=[IsaRow(**row) for row in _core.isa_rows()],
        isa=isa,
        isa_cap=os.environ.get(ISA_VARIABLE) or None,
        caches=[Cache(**cache) for cache in _core.cpu_caches()],
        memory=memory,
        bandwidth=_bandwidth(checked, memory, cpu.n_usable),
        model_files=_model_files(cache_directory()),
        versions=_versions(),
        model=checked,
    )
    report.problems.extend(sorted(problems(report), key=lambda p: not p.is_fatal))
    return report


def problems(report: Report) -> Iterator[Problem]:
    """What the facts of a report mean."""
    yield from _isa_problems(report)
    yield from _core_problems(report.cpu)
    if report.model:
        yield from _model_problems(report.model, report.memory)


def _isa_problems(report: Report) -> Iterator[Problem]:
    available = [row.name for row in report.isa_rows if row.is_available]
    cap = report.isa_cap
    if report.isa is None:
        yield Problem(
            f"{ISA_VARIABLE}={cap} names no instruction set of this machine.",
            f"Unset {ISA_VARIABLE}, or set it to one of {', '.join(available)}.",
            is_fatal=True,
        )
    elif report.isa != available[-1]:
        unused = available[available.index(report.isa) + 1 :]
        yield Problem(
            f"{ISA_VARIABLE}={cap} keeps faster instruction sets unused: {', '.join(unused)}.",
            f"Unset {ISA_VARIABLE}.",
        )
    if len(available) == 1 and len(report.isa_rows) > 1:
        lacking = report.isa_rows[1]
        yield Problem(
            "No vector instructions can be used, which costs most of the speed:"
            f" this machine lacks {', '.join(lacking.missing)}.",
            "In a virtual machine or an emulator, pass the host's CPU through (qemu: -cpu host).",
        )


def _core_problems(cpu: Cpu) -> Iterator[Problem]:
    if cpu.n_allowed < cpu.n_physical:
        yield Problem(
            f"This process is confined to {cpu.n_allowed} of {cpu.n_physical} cores.",
            "Start it without taskset, or give its container more cores"
            " (docker: --cpuset-cpus; systemd: AllowedCPUs).",
        )
    if cpu.quota is not None and cpu.quota < cpu.n_allowed:
        yield Problem(
            f"This process's control group may keep {cpu.quota:g} CPUs busy, fewer than its"
            f" {cpu.n_allowed} cores.",
            "Raise the limit (docker: --cpus; Kubernetes: limits.cpu; systemd: CPUQuota).",
        )
    is_slow = cpu.clock_governor == "powersave" and cpu.clock_driver not in SELF_CLOCKING_DRIVERS
    if is_slow or (cpu.clock_governor == "powersave" and cpu.clock_preference == "power"):
        yield Problem(
            "The CPU's clock is held low to save power.",
            "sudo cpupower frequency-set -g performance",
        )
    if cpu.load > cpu.n_usable + MEASURED_NOISE:
        yield Problem(
            f"Other programs want the cores too: on average {cpu.load:.1f} ran or waited during"
            f" the last minute, on {cpu.n_usable} core{'s' if cpu.n_usable > 1 else ''}.",
            "End them, or give models fewer threads (-t), as a step waits for the slowest one.",
        )


def _model_problems(model: ModelCheck, memory: Memory) -> Iterator[Problem]:
    if model.error:
        yield Problem(model.error, "", is_fatal=True)
    size = f"{model.n_bytes / 1e9:.2f} GB"
    smaller = "Convert it to a smaller type (--type q4_0), or take a smaller model."
    if memory.limit is not None and model.n_bytes > memory.limit:
        yield Problem(
            f"The control group's limit of {memory.limit / 1e9:.2f} GB is below the model's {size}:"
            " it is read from the disk again for every token.",
            "Raise the limit (docker: --memory; Kubernetes: limits.memory; systemd: MemoryMax).",
        )
    if model.n_bytes > memory.total:
        yield Problem(
            f"The model's {size} do not fit in {memory.total / 1e9:.2f} GB of memory:"
            " it is read from the disk again for every token.",
            smaller,
        )
    elif model.n_bytes > memory.available:
        yield Problem(
            f"Of the model's {size}, {memory.available / 1e9:.2f} GB fit in the memory that is"
            " free: the rest is read from the disk again for every token.",
            f"Close other programs. {smaller}",
        )


def _isa_in_use() -> str | None:
    try:
        return _core.isa()
    except InvalidArgumentError:
        return None


def _bandwidth(model: ModelCheck | None, memory: Memory, n_threads: int) -> Bandwidth | None:
    counts = sorted({1, n_threads})
    free = min(memory.available, memory.limit or memory.available)
    if model and not model.error and PROBE_BYTES <= model.n_bytes <= free:
        path = os.fsencode(model.path)
        rates = {n: _core.read_bandwidth(path, n) for n in counts}
        return Bandwidth(model.n_bytes, True, rates)
    if free // 2 < PROBE_BYTES:
        return None
    rates = {n: _core.memory_bandwidth(PROBE_BYTES, n) for n in counts}
    return Bandwidth(PROBE_BYTES, False, rates)


def _model_files(directory: Path) -> ModelFiles:
    try:
        sizes = [path.stat().st_size for path in directory.glob("*.gguf")]
    except OSError:
        sizes = []
    return ModelFiles(str(directory), len(sizes), sum(sizes))


def _versions() -> dict[str, str]:
    versions = {"Python": platform.python_version()}
    for package in PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return versions


def _check(model: Path, can_open: bool) -> ModelCheck:
    size = model.stat().st_size
    if not can_open:
        return ModelCheck(str(model), size)
    try:
        _core.Engine(os.fsencode(model), n_threads=1, n_ctx=1, kv_type="f16")
    except Qwen3LiteError as error:
        return ModelCheck(str(model), size, str(error))
    return ModelCheck(str(model), size)
