"""Writes conversations that qwen3lite-nano is trained on or measured with, one JSON a line.

    python tools/make_chats.py train.jsonl --split train -n 1000 --seed 1
    python tools/make_chats.py test.jsonl --split test -n 100 --seed 1    # of each skill and mode
    python tools/make_chats.py longer.jsonl --split test --skills steps_5 steps_6 --mode thinking

docs/nano.md describes the skills, docs/evaluation.md the lines.
"""

from __future__ import annotations

import argparse
from itertools import islice
from pathlib import Path

from nano.item import write_items
from nano.mixture import EXTRA, MAKERS, held_out_items, training_items

MODES = {"both": (True, False), "thinking": (True,), "direct": (False,)}  # of Item.thinking


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--split", choices=["train", "test"], default="train")
    parser.add_argument("-n", type=int, default=100, help="items; of a test, per skill and mode")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--skills", nargs="*", choices=[*MAKERS, *EXTRA], default=list(MAKERS))
    parser.add_argument("--mode", choices=MODES, default="both", help="of a test")
    arguments = parser.parse_args()
    if arguments.split == "train":
        write_items(arguments.out, islice(training_items(arguments.seed), arguments.n))
    else:
        items = (held_out_items(arguments.seed, skill, arguments.n) for skill in arguments.skills)
        modes = MODES[arguments.mode]
        write_items(arguments.out, (i for group in items for i in group if i.thinking in modes))


if __name__ == "__main__":
    main()
