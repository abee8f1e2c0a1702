"""Training from its first step to its last, with a log, a bar and checkpoints on the way."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from . import attention, together
from .batches import Batch, Stream
from .training import Trainer


def add_options(parser: argparse.ArgumentParser, probe_minutes: float) -> None:
    """What run() and prepare() go by."""
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after so many, to go on")
    parser.add_argument("--step-tokens", type=int, default=8192)
    parser.add_argument("--processes", type=int, default=2, help="each with one thread")
    parser.add_argument("--save-minutes", type=float, default=5)
    parser.add_argument("--probe-minutes", type=float, default=probe_minutes)
    parser.add_argument("--no-compile", dest="compile", action="store_false")


class Log:
    """log.jsonl, a line of it on stdout too, and a bar on stderr where that is a terminal."""

    def __init__(self, path: Path, trainer: Trainer) -> None:
        self._path = path
        self._trainer = trainer
        console = Console(stderr=True)
        self.bar = Progress(
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.description}"),
            console=console,
            disable=not console.is_terminal or together.rank() > 0,
        )
        self._task = self.bar.add_task("", total=trainer.n_steps, completed=trainer.steps_done)

    def show(self, loss: float, rate: float) -> None:
        description = f"loss {loss:.4f}, {rate:,.0f} tok/s"
        for name, value in self._trainer.figures().items():
            description += f", {name} {value}"
        self.bar.update(self._task, completed=self._trainer.steps_done, description=description)

    def write(self, **values: Any) -> None:
        line = json.dumps({"step": self._trainer.steps_done, **values})
        with self._path.open("a") as file:
            file.write(line + "\n")
        print(line, flush=True)


class Every:
    """True once in so many minutes."""

    def __init__(self, minutes: float) -> None:
        self._seconds = minutes * 60
        self._last = time.monotonic()

    def __call__(self) -> bool:
        is_due = time.monotonic() - self._last >= self._seconds
        if is_due:
            self._last = time.monotonic()
        return is_due


def prepare(trainer: Trainer, *, compiled: bool) -> None:
    """Its model is to learn from batches."""
    trainer.model.config._attn_implementation = attention.NAME
    if compiled:
        for layer in trainer.model.model.layers:  # alike, so that one is compiled
            layer.compile(dynamic=True)


def run(
    trainer: Trainer,
    stream: Stream,
    log: Log,
    arguments: argparse.Namespace,
    probe: Callable[[], None],
) -> None:
    """Steps until there are enough or the time is over; `probe` is called now and then, and at the
    end."""
    state = arguments.work / "state.pt"
    is_over, save_now = Every(arguments.minutes), Every(arguments.save_minutes)
    probe_now, log_now = Every(arguments.probe_minutes), Every(0.5)
    losses, n_tokens, since = list[float](), 0, time.monotonic()
    for batches in stream:
        losses.append(trainer.step(batches))
        if together.agree(trainer.steps_done >= trainer.n_steps or is_over()):
            break
        if together.rank() > 0:
            continue
        n_tokens += tokens_of(batches)
        rate = n_tokens / (time.monotonic() - since)
        log.show(losses[-1], rate)
        if log_now():
            mean = sum(losses) / len(losses)
            log.write(loss=round(mean, 4), tok_s=round(rate), **trainer.figures())
            losses, n_tokens, since = [], 0, time.monotonic()
        if save_now():
            trainer.save(state)
        if probe_now():
            probe()
    if together.rank() == 0:
        trainer.save(state)
        probe()


def tokens_of(batches: list[Batch]) -> int:
    return sum(batch.ids.size for batch in batches)
