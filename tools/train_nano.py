"""Trains qwen3lite-nano from its own conversations.

    python tools/train_nano.py WORK --steps 20000 --minutes 240    # begin, or go on
    python tools/train_nano.py WORK --steps 20000 --export models/nano

WORK keeps the state of training, from which the same command goes on, and log.jsonl: the loss, and
now and then the accuracy on a few held-out items of each skill. --export writes the state's model
as BF16 beside the tokenizer in the given directory, and that as Q8_0 beside the directory
(models/nano.gguf, which comes with the package). --from begins with a model instead of chance.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from tokenizers import Tokenizer

from nano import attention, together
from nano.batches import Batch, Place, Stream
from nano.model import load_model, new_model, save_master
from nano.optimiser import Optimiser
from nano.probe import accuracy, probe_items
from nano.training import Trainer
from qwen3lite.convert import convert

EARLY_SHARDS = 25  # of a model that begins with nothing: about 6 million tokens
MASTER = Path(__file__).parents[1] / "models" / "nano"


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("work", type=Path)
    parser.add_argument("--steps", type=int, default=20_000, help="in all; the rate falls at last")
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after so many, to go on")
    parser.add_argument("--step-tokens", type=int, default=8192)
    parser.add_argument("--muon-lr", type=float, default=0.02)
    parser.add_argument("--adam-lr", type=float, default=0.004)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2, help="each with one thread")
    parser.add_argument("--save-minutes", type=float, default=5)
    parser.add_argument("--probe-minutes", type=float, default=30)
    parser.add_argument("--probe-items", type=int, default=20, help="of each skill and mode")
    parser.add_argument("--from", dest="start", type=Path, help="a model to begin with")
    parser.add_argument("--tokenizer", type=Path, default=MASTER / "tokenizer.json")
    parser.add_argument("--no-compile", dest="compile", action="store_false")
    parser.add_argument("--export", type=Path, help="write the model there, and stop")
    return parser.parse_args()


def open_trainer(arguments: argparse.Namespace) -> Trainer:
    """As WORK left it, else at the beginning."""
    model = load_model(arguments.start) if arguments.start else new_model(arguments.seed)
    optimiser = Optimiser(model, arguments.muon_lr, arguments.adam_lr)
    trainer = Trainer(model, optimiser, Place(), arguments.steps)
    state = arguments.work / "state.pt"
    if state.exists():
        trainer.load(state)
    return trainer


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


def probe(trainer: Trainer, arguments: argparse.Namespace, log: Log) -> None:
    tokenizer = Tokenizer.from_file(str(arguments.tokenizer))
    items = probe_items(arguments.probe_items)
    model = load_copy(trainer)
    start = time.monotonic()
    found = accuracy(model, items, tokenizer)
    by_mode = {
        name: {skill: round(v, 3) for (skill, t), v in found.items() if t == thinking}
        for name, thinking in (("thinking", True), ("direct", False))
    }
    log.write(accuracy=by_mode, seconds=round(time.monotonic() - start))


def load_copy(trainer: Trainer) -> Any:
    """The model as it is now, to generate with: not compiled, torch's own attention."""
    model = new_model(0)
    model.load_state_dict(trainer.model.state_dict())
    return model.eval()


def run(trainer: Trainer, arguments: argparse.Namespace, log: Log) -> None:
    n_early = 0 if arguments.start else EARLY_SHARDS
    stream = Stream(
        arguments.seed, arguments.tokenizer, arguments.step_tokens, trainer.place, n_early
    )
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
            log.write(loss=round(sum(losses) / len(losses), 4), tok_s=round(rate))
            losses, n_tokens, since = [], 0, time.monotonic()
        if save_now():
            trainer.save(state)
        if probe_now():
            probe(trainer, arguments, log)
    if together.rank() == 0:
        trainer.save(state)
        probe(trainer, arguments, log)


def train(arguments: argparse.Namespace) -> None:
    trainer = open_trainer(arguments)
    trainer.model.config._attn_implementation = attention.NAME
    if arguments.compile:
        for layer in trainer.model.model.layers:  # alike, so that one is compiled
            layer.compile(dynamic=True)
    log = Log(arguments.work / "log.jsonl", trainer)
    with log.bar:
        run(trainer, arguments, log)


def tokens_of(batches: list[Batch]) -> int:
    return sum(batch.ids.size for batch in batches)


def main() -> None:
    arguments = parse()
    arguments.work.mkdir(parents=True, exist_ok=True)
    trainer = open_trainer(arguments)
    if arguments.export:
        save_master(trainer.model, arguments.export)
        convert(arguments.export, arguments.export.with_suffix(".gguf"), "q8_0")
        return
    if trainer.steps_done >= arguments.steps:
        sys.exit(
            f"{arguments.work}: has its {trainer.steps_done} steps; ask for more with --steps."
        )
    together.run_together(arguments.processes, arguments.work, partial(train, arguments))


if __name__ == "__main__":
    main()
