"""qwen3lite doctor: the machine as models find it, and what to do about what slows them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from .display import conversion_progress
from .options import MODELS, Json, Type

if TYPE_CHECKING:
    from ..doctor import Bandwidth, Cache, Cpu, Memory, Report

ModelToCheck = Annotated[
    str | None,
    typer.Argument(
        metavar="[MODEL]",
        help=f"Look at this model too: {MODELS}.",
        show_default=False,
    ),
]


def doctor(model: ModelToCheck = None, as_json: Json = False, type: Type = "q8_0") -> None:
    """Show what the machine offers, what is used of it, and what to do about common problems.

    Exit status 1 when something keeps models from running.
    """
    from ..doctor import examine
    from ..sources import locate

    path = None
    if model is not None:
        with conversion_progress() as progress:
            path = locate(model, type, progress)
    report = examine(path)
    if as_json:
        print(json.dumps(asdict(report), ensure_ascii=False))
    else:
        _print(report)
    if any(problem.is_fatal for problem in report.problems):
        raise typer.Exit(1)


def _print(report: Report) -> None:
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    facts = Table(show_header=False, box=None, pad_edge=False)
    facts.add_column(style="bold", no_wrap=True)
    for name, value in _facts(report):
        facts.add_row(name, Text(value))
    rows = Table(show_header=False, box=None, pad_edge=False)
    for row in reversed(report.isa_rows):
        if row.name == report.isa:
            state = Text("in use", "green")
        elif row.is_available:
            state = Text("runs here", "dim")
        else:
            state = Text(f"does not run here: no {', '.join(row.missing)}", "dim")
        rows.add_row(row.name, state)
    console.print(facts, "\n[bold]Instruction sets[/]", Padding(rows, (0, 0, 1, 2)))
    if not report.problems:
        console.print(Text("No problems found.", "green"))
    for problem in report.problems:
        label = ("Error: ", "bold red") if problem.is_fatal else ("Warning: ", "bold yellow")
        console.print(Text.assemble(label, problem.what))
        if problem.remedy:
            console.print(Padding(Text(problem.remedy), (0, 0, 0, 2)))


def _facts(report: Report) -> Iterator[tuple[str, str]]:
    yield "CPU", report.cpu.model or "unknown"
    yield "Cores", _cores(report.cpu)
    if features := dict.fromkeys(f for row in report.isa_rows for f in row.found):
        yield "Features", ", ".join(features)
    if report.caches:
        yield "Caches", _caches(report.caches)
    yield "Memory", _memory(report.memory)
    yield "Reads", _bandwidth(report.bandwidth)
    if report.model:
        yield "Model", f"{report.model.path}, {_bytes(report.model.n_bytes)}"
    files = report.model_files
    held = f"{files.n_models} files, {_bytes(files.n_bytes)}" if files.n_models else "empty"
    yield "Model cache", f"{files.directory}: {held}"
    yield "Versions", ", ".join(f"{name} {version}" for name, version in report.versions.items())


def _cores(cpu: Cpu) -> str:
    text = f"{cpu.n_physical}"
    if cpu.n_threads > cpu.n_physical:
        text += f" with {cpu.n_threads} hardware threads"
    text += f", models use {cpu.n_usable}"
    if cpu.clock_governor:
        text += f"; clock governor {cpu.clock_governor}"
    return text


def _caches(caches: list[Cache]) -> str:
    parts = []
    for cache in caches:
        if cache.type != "Instruction":
            kind = "d" if cache.type == "Data" else ""
            shared = f" for {cache.n_sharing} threads" if cache.n_sharing > 1 else ""
            parts.append(f"L{cache.level}{kind} {_binary(cache.bytes)}{shared}")
    return ", ".join(parts)


def _memory(memory: Memory) -> str:
    text = f"{_bytes(memory.total)}, {_bytes(memory.available)} available"
    return text if memory.limit is None else f"{text}; limited to {_bytes(memory.limit)}"


def _bandwidth(bandwidth: Bandwidth | None) -> str:
    if bandwidth is None:
        return "not probed: too little memory is free"
    rates = [
        f"{rate / 1e9:.1f} GB/s with {n} thread{'s' if n > 1 else ''}"
        for n, rate in bandwidth.by_threads.items()
    ]
    source = "the model's file" if bandwidth.is_file else "a buffer"
    return f"{', '.join(rates)} ({source}, {_bytes(bandwidth.n_bytes)})"


def _bytes(n: int) -> str:
    return f"{n / 1e9:.2f} GB" if n >= 1e9 else f"{n / 1e6:.{0 if n >= 1e7 else 1}f} MB"


def _binary(n: int) -> str:
    return f"{n >> 20} MB" if n >= 1 << 20 else f"{n >> 10} KB"
