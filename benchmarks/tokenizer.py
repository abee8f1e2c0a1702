"""Encoding speed beside Hugging Face `tokenizers`, one thread each, on Qwen's vocabulary.

Texts: a megabyte of English prose (the standard library's reference topics) and one of Chinese
with emoji (words of the vocabulary, frequent ones more often). Every round runs both, in turn, and
checks that the ids are equal; the ratio is the median over rounds, with its extremes.

Usage: python benchmarks/tokenizer.py [--rounds 15] [--output result.json]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from pydoc_data import topics
from typing import Any

os.environ["TOKENIZERS_PARALLELISM"] = "false"
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "python" / "tokenizer"))

import tokenizers
from tokenizer_support import qwen_tokens, qwen_vocab

from qwen3lite import _core

MEGABYTE = 1_000_000


def english() -> str:
    text = "\n\n".join(topics.topics.values())
    return (text * (MEGABYTE // len(text) + 1))[:MEGABYTE]


def chinese_and_emoji(tokens: list[bytes]) -> str:
    rng = random.Random(0)
    decoded = (token.decode(errors="replace") for token in tokens)
    words = [word for word in decoded if re.fullmatch(r"[\u4e00-\u9fff]+", word)]
    emoji = [chr(c) for c in range(0x1F600, 0x1F650)] + ["👨\u200d👩\u200d👧", "❤\ufe0f", "🇨🇳"]
    pieces: list[str] = []
    n_bytes = 0
    while n_bytes < MEGABYTE:
        kind = rng.random()
        if kind < 0.12:
            piece = "\uff0c" if kind < 0.08 else "。"
        elif kind < 0.16:
            piece = rng.choice(emoji)
        else:
            piece = words[int(len(words) * rng.random() ** 2)]
        pieces.append(piece)
        n_bytes += len(piece.encode())
    return "".join(pieces)


def seconds(call: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = call()
    return time.perf_counter() - start, result


def compare(
    text: str, ours: _core.Tokenizer, theirs: tokenizers.Tokenizer, rounds: int
) -> dict[str, float]:
    n_megabytes = len(text.encode()) / MEGABYTE
    our_speeds, their_speeds = [], []
    for _ in range(rounds):
        our_time, ids = seconds(lambda: ours.encode(text))
        their_time, encoding = seconds(lambda: theirs.encode_batch_fast([text])[0])
        if ids != encoding.ids:
            raise SystemExit("the ids differ: nothing to compare")
        our_speeds.append(n_megabytes / our_time)
        their_speeds.append(n_megabytes / their_time)
    ratios = sorted(a / b for a, b in zip(our_speeds, their_speeds, strict=True))
    figures = {
        "ours_mb_per_s": statistics.median(our_speeds),
        "theirs_mb_per_s": statistics.median(their_speeds),
        "ratio": statistics.median(ratios),
        "ratio_min": ratios[0],
        "ratio_max": ratios[-1],
    }
    return {name: round(value, 2) for name, value in figures.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()

    vocab = qwen_vocab()
    theirs = vocab.oracle()
    results: dict[str, Any] = {"tokenizers": tokenizers.__version__, "rounds": options.rounds}
    with tempfile.TemporaryDirectory() as folder:
        path = str(vocab.write(Path(folder) / "qwen.gguf"))
        openings = [seconds(lambda: _core.Tokenizer(path))[0] for _ in range(options.rounds)]
        ours = _core.Tokenizer(path)
    results["open_ms"] = round(statistics.median(openings) * 1000, 2)
    texts = {"english": english(), "chinese_emoji": chinese_and_emoji(qwen_tokens())}
    for name, text in texts.items():
        results[name] = compare(text, ours, theirs, options.rounds)
    print(json.dumps(results, indent=2))
    if options.output:
        options.output.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
