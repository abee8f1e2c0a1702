"""Trains qwen3lite-nano from its own conversations.

    python tools/train_nano.py WORK --steps 20000 --minutes 240    # begin, or go on
    python tools/train_nano.py WORK --steps 20000 --export models/nano

WORK keeps the state of training, from which the same command goes on, and log.jsonl: the loss, and
now and then the accuracy on a few held-out items of each skill. --export writes the state's model
as BF16 beside the tokenizer in the given directory, and that as Q8_0 beside the directory
(models/nano.gguf, which comes with the package). --from begins with a model instead of chance;
--new-share then exports a mean of its weights and the trained ones, which forgets less (Wortsman et
al. 2022, "Robust fine-tuning of zero-shot models").
"""

from __future__ import annotations

import argparse
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from nano import together
from nano.batches import Place, Stream
from nano.loop import Log, add_options, prepare, run
from nano.mixture import curriculum
from nano.model import load_model, mix, new_model, save_master
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
    parser.add_argument("--muon-lr", type=float, default=0.02)
    parser.add_argument("--adam-lr", type=float, default=0.004)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--probe-items", type=int, default=20, help="of each skill and mode")
    parser.add_argument("--from", dest="start", type=Path, help="a model to begin with")
    parser.add_argument("--tokenizer", type=Path, default=MASTER / "tokenizer.json")
    parser.add_argument("--export", type=Path, help="write the model there, and stop")
    parser.add_argument("--new-share", type=float, default=1.0, help="of what is exported")
    add_options(parser, probe_minutes=30)
    arguments = parser.parse_args()
    if arguments.new_share < 1 and not arguments.start:
        parser.error("--new-share: the other weights are those of --from MODEL; name it.")
    return arguments


def open_trainer(arguments: argparse.Namespace) -> Trainer:
    """As WORK left it, else at the beginning."""
    model = load_model(arguments.start) if arguments.start else new_model(arguments.seed)
    optimiser = Optimiser(model, arguments.muon_lr, arguments.adam_lr)
    trainer = Trainer(model, optimiser, Place(), arguments.steps)
    state = arguments.work / "state.pt"
    if state.exists():
        trainer.load(state)
    return trainer


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


def export(trainer: Trainer, arguments: argparse.Namespace) -> None:
    if arguments.new_share < 1:
        mix(trainer.model, load_model(arguments.start), arguments.new_share)
    save_master(trainer.model, arguments.export)
    convert(arguments.export, arguments.export.with_name(f"{arguments.export.name}.gguf"), "q8_0")


def load_copy(trainer: Trainer) -> Any:
    """The model as it is now, to generate with: not compiled, torch's own attention."""
    model = new_model(0)
    model.load_state_dict(trainer.model.state_dict())
    return model.eval()


def train(arguments: argparse.Namespace) -> None:
    trainer = open_trainer(arguments)
    prepare(trainer, compiled=arguments.compile)
    families = curriculum(0 if arguments.start else EARLY_SHARDS)
    stream = Stream(
        families, arguments.seed, arguments.tokenizer, arguments.step_tokens, trainer.place
    )
    log = Log(arguments.work / "log.jsonl", trainer)
    with log.bar:
        run(trainer, stream, log, arguments, partial(probe, trainer, arguments, log))


def main() -> None:
    arguments = parse()
    arguments.work.mkdir(parents=True, exist_ok=True)
    trainer = open_trainer(arguments)
    if arguments.export:
        export(trainer, arguments)
        return
    if trainer.steps_done >= arguments.steps:
        sys.exit(
            f"{arguments.work}: has its {trainer.steps_done} steps; ask for more with --steps."
        )
    together.run_together(arguments.processes, arguments.work, partial(train, arguments))


if __name__ == "__main__":
    main()
