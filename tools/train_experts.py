"""Trains an expert pack for qwen3lite-nano, or nano itself on the same tokens.

    python tools/train_experts.py WORK --steps 2000 --router-hint 1    # begin, or go on
    python tools/train_experts.py WORK --export pack.gguf --type q8_0

What is new are problems of five and six steps; the other part of the conversations are nano's own.
The trunk is frozen: experts and routers learn, in all layers. docs/formats/expert_pack.md says what
a pack is, tools/nano/expert_network.py how it is computed here and tools/nano/expert_training.py
what it learns. WORK keeps the state, from which the same command goes on, what it was begun with
(settings.json) and log.jsonl: the loss, the shares of choices among tokens that are to be the
trunk's and the experts', and now and then the validation loss of old and of new skills.

The comparison with nano fine-tuned on the same tokens, in the same order. Of the learning rates
that one is kept whose last validation loss of new skills is least.

    for rate in 0.02 0.04 0.08; do
      python tools/train_experts.py work/pack-$rate --learning-rate $rate --router-hint 1
    done
    for rate in 0.01 0.02 0.04; do
      python tools/train_experts.py work/dense-$rate --learning-rate $rate --dense
    done
    tail -qn 1 work/*/log.jsonl                                        # the validation losses
    python tools/train_experts.py work/pack-0.04 --export work/pack.gguf
    python tools/train_experts.py work/dense-0.02 --export work/dense
    qwen3lite convert work/dense -o work/dense.gguf
    python tools/make_chats.py work/longer.jsonl --split test -n 200 \\
      --skills steps_5 steps_6 --mode thinking                         # 400 items
    python tools/make_chats.py work/known.jsonl --split test -n 100    # 3,200 items, nano's own
    qwen3lite eval accuracy nano work/longer.jsonl --experts work/pack.gguf \\
      --against work/dense.gguf
    qwen3lite eval accuracy nano work/known.jsonl --experts work/pack.gguf --against nano

A step of 8,192 tokens, of a pack as of dense nano, took one process 2.2 to 3.2 s (with AMX) and
two processes 2.8 s, on two cores that others kept busy too. The first step takes 15 s more, to
compile.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from dataclasses import asdict, dataclass, fields
from functools import partial
from pathlib import Path
from typing import Literal

from tokenizers import Tokenizer
from transformers import Qwen3ForCausalLM

from nano import attention, together
from nano.batches import Place, Stream
from nano.expert_network import Layout, add_experts
from nano.expert_training import ExpertLoss, ExpertTrainer, TaskLoss
from nano.loop import Log, add_options, prepare, run
from nano.mixture import extended
from nano.model import load_model, save_master
from nano.optimiser import Optimiser
from nano.pack_file import TYPES, write_pack
from nano.training import Trainer
from nano.validation import losses, validation_batches

MASTER = Path(__file__).parents[1] / "models" / "nano"
ADAM_PART = 0.2  # of Muon's learning rate, as where nano is trained
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json")


@dataclass(frozen=True)
class Settings:
    """What makes a training; main() says what they mean."""

    base: str
    steps: int
    learning_rate: float
    seed: int
    share: float
    dense: Literal["all", "ffn"] | None
    experts: int
    mode: Literal["replace", "parallel"]
    top_k: int
    noise: float
    balance: float
    router_hint: float
    teacher: str | None
    teacher_weight: float
    step_tokens: int

    @property
    def layout(self) -> Layout:
        return Layout(self.experts, self.mode, self.top_k)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("work", type=Path)
    add("--base", type=path_text, default=str(MASTER), help="a Hugging Face directory")
    add("--steps", type=int, default=2000, help="the rate falls in the last half")
    add("--learning-rate", type=float, default=0.02, help="Muon's; AdamW has a fifth of it")
    add("--seed", type=int, default=1, help="of conversations, routers and experts")
    add("--share", type=float, default=0.5, help="of new skills, of conversations")
    add("--experts", type=int, default=2, help="choices of a router, the first one included")
    add("--mode", choices=["replace", "parallel"], default="replace")
    add("--top-k", type=int, default=1, help="choices of a token")
    add("--noise", type=float, default=0.02, help="in new experts, of a matrix's deviation")
    add("--balance", type=float, default=0.01, help="weight of the loss that balances choices")
    add("--router-hint", type=float, default=0.0, help="weight of what skills say of choices")
    add("--dense", nargs="?", const="all", choices=["all", "ffn"], help="no experts: learn it all")
    add("--teacher", type=path_text, help="a Hugging Face directory with the same tokenizer")
    add("--teacher-weight", type=float, default=0.5, help="of its expectations in the loss")
    add("--export", type=Path, help="write a pack there, or a directory if dense; then stop")
    add("--type", choices=TYPES, default="q8_0", help="of an exported pack's experts")
    add_options(parser, probe_minutes=5)
    return parser.parse_args()


def path_text(text: str) -> str:
    return str(Path(text).resolve())


def settings_of(arguments: argparse.Namespace) -> Settings:
    """Those of WORK, as it was begun with the same ones, or is to be exported."""
    asked = Settings(**{field.name: getattr(arguments, field.name) for field in fields(Settings)})
    file = arguments.work / "settings.json"
    if not file.exists():
        if arguments.export:
            sys.exit(f"{arguments.work}: nothing was trained there; leave --export out at first.")
        file.write_text(json.dumps(asdict(asked), indent=2) + "\n", encoding="utf-8")
        return asked
    begun = Settings(**json.loads(file.read_text(encoding="utf-8")))
    others = [name for name, value in asdict(begun).items() if asdict(asked)[name] != value]
    if others and not arguments.export:
        sys.exit(
            f"{arguments.work}: was begun with other {', '.join(others)} (settings.json);"
            " name another directory."
        )
    return begun


def open_trainer(work: Path, settings: Settings) -> Trainer:
    """As WORK left it, else at the beginning."""
    model = load_model(Path(settings.base))
    task = TaskLoss(load_teacher(settings), settings.teacher_weight)
    trainer: Trainer
    if settings.dense:
        if settings.dense == "ffn":
            for name, parameter in model.named_parameters():
                parameter.requires_grad_(".mlp." in name)
        trainer = Trainer(model, optimiser(model, settings), Place(), settings.steps, task)
    else:
        add_experts(model, settings.layout, settings.noise, settings.seed)
        loss = ExpertLoss(task, settings.balance, settings.router_hint)
        trainer = ExpertTrainer(model, optimiser(model, settings), Place(), settings.steps, loss)
    state = work / "state.pt"
    if state.exists():
        trainer.load(state)
    return trainer


def optimiser(model: Qwen3ForCausalLM, settings: Settings) -> Optimiser:
    return Optimiser(model, settings.learning_rate, ADAM_PART * settings.learning_rate)


def load_teacher(settings: Settings) -> Qwen3ForCausalLM | None:
    if settings.teacher is None:
        return None
    teacher = load_model(Path(settings.teacher))
    teacher.config._attn_implementation = attention.NAME
    return teacher.requires_grad_(False)


def train(arguments: argparse.Namespace, settings: Settings) -> None:
    trainer = open_trainer(arguments.work, settings)
    prepare(trainer, compiled=arguments.compile)
    tokenizer = Path(settings.base) / "tokenizer.json"
    stream = Stream(
        extended(settings.share), settings.seed, tokenizer, settings.step_tokens, trainer.place
    )
    batches = validation_batches(Tokenizer.from_file(str(tokenizer)))
    log = Log(arguments.work / "log.jsonl", trainer)

    def validate() -> None:
        found = losses(trainer.model, batches)
        log.write(validation={kind: round(loss, 4) for kind, loss in found.items()})

    with log.bar:
        run(trainer, stream, log, arguments, validate)


def export(trainer: Trainer, settings: Settings, out: Path, type: str) -> None:
    base = Path(settings.base)
    if not settings.dense:
        write_pack(trainer.model, base, out, type)
        return
    save_master(trainer.model, out)
    for name in TOKENIZER_FILES:
        shutil.copy(base / name, out)


def main() -> None:
    arguments = parse()
    arguments.work.mkdir(parents=True, exist_ok=True)
    settings = settings_of(arguments)
    trainer = open_trainer(arguments.work, settings)
    if arguments.export:
        export(trainer, settings, arguments.export, arguments.type)
    elif trainer.steps_done >= settings.steps:
        sys.exit(f"{arguments.work}: has its {settings.steps} steps.")
    else:
        work = partial(train, arguments, settings)
        together.run_together(arguments.processes, arguments.work, work)


if __name__ == "__main__":
    main()
