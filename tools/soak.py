"""Many threads chat on one model with little memory and break off at random: nothing may crash, no
answer may differ from what the model answers alone, and resident memory must stay where it is.

Usage: python tools/soak.py [MODEL.gguf] [--threads 8] [--chats 50] [--json FILE]

Without a model, makes a tiny one. The longest prompts all at once and as many chats again warm up:
then the engine's buffers and malloc's caches have found their size. Memory is read when all threads
rest, before the chats and after each fifth of them. Exits with 1 when it grows by more than 1 %.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import tempfile
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console

import make_checkpoint as mc
from qwen3lite import Model
from qwen3lite.convert import convert
from qwen3lite.session import Session

N_ROUNDS = 5
N_QUESTIONS = 12
N_CTX = 512
MOST_GROWTH = 0.01
MOST_SECONDS = 3600  # of a round

console = Console(stderr=True)


@dataclass
class Report:
    """What a run found. `rss_mb`: after the warm-up and after each round."""

    n_threads: int
    n_chats: int
    rss_mb: list[float] = field(default_factory=list)
    n_pages: list[int] = field(default_factory=list)
    max_pages: int = 0
    n_complete: int = 0
    n_preempted: int = 0
    errors: list[str] = field(default_factory=list)

    @property
    def growth(self) -> float:
        return max(self.rss_mb[1:]) / self.rss_mb[0] - 1


class Letters:
    """Allows all tokens of one byte."""

    def fill_bitmask(self, bitmask: npt.NDArray[np.uint32]) -> None:
        bitmask[:8] = 0xFFFFFFFF

    def accept_token(self, token_id: int) -> None:
        pass


def question(i: int) -> list[dict[str, str]]:
    """Messages, some of which begin alike."""
    words = random.Random(i).choices(["one", "two", "three", "four", "five"], k=5 + 3 * i)
    return [
        {"role": "system", "content": "You are a helpful assistant. " * (i % 3)},
        {"role": "user", "content": " ".join(words)},
    ]


def options(i: int) -> dict[str, Any]:
    return {"max_tokens": 8 + 3 * i, "temperature": 0.0}


class Client:
    """One thread's chats."""

    def __init__(self, model: Model, answers: list[str], seed: int, directory: Path) -> None:
        self._model, self._answers, self._draw = model, answers, random.Random(seed)
        self._file = directory / str(seed)
        self._session: Session = model.session()
        self._messages: list[Any] = []
        self.n_complete = 0
        self.errors: list[str] = []

    def run(self, n_chats: int, rest: threading.Barrier) -> None:
        longest = self._draw.choices(range(200), k=N_CTX - 1)
        self._model.generate(longest, max_tokens=1)
        for n in rounds(n_chats):
            for _ in range(n):
                self._chat()
            rest.wait()
            rest.wait()

    def _chat(self) -> None:
        kinds: list[Callable[[int], None]] = [
            self._ask, self._ask, self._break_off, self._talk, self._masked,
        ]  # fmt: skip
        try:
            self._draw.choice(kinds)(self._draw.randrange(N_QUESTIONS))
        except Exception as error:  # the report has it
            self.errors.append(repr(error))

    def _ask(self, i: int) -> None:
        answer = self._model.chat(question(i), **options(i)).message.content
        if answer != self._answers[i]:
            self.errors.append(f"question {i}: {answer!r}, not {self._answers[i]!r}")
        self.n_complete += 1

    def _break_off(self, i: int) -> None:
        pieces = self._model.chat(question(i), stream=True, **options(i))
        for _ in range(self._draw.randrange(6)):
            next(pieces, None)
        pieces.close()

    def _talk(self, i: int) -> None:
        """A turn of a conversation."""
        if len(self._messages) > 2:
            self._messages, self._session = [], self._model.session()
        elif self._draw.random() < 0.2:
            self._session = self._session.fork()
        elif self._draw.random() < 0.2:
            self._session.save(self._file)
            self._session = self._model.load_session(self._file)
        self._messages.append(question(i % 3)[1])
        if self._draw.random() < 0.3:
            pieces = self._session.chat(self._messages, stream=True, **options(i))
            next(pieces, None)
            pieces.close()
            self._messages.pop()
            return
        self._messages.append(self._session.chat(self._messages, **options(i)).message)
        self.n_complete += 1

    def _masked(self, i: int) -> None:
        self._model.chat(question(i), token_mask=Letters(), **options(i))
        self.n_complete += 1


def rounds(n_chats: int) -> list[int]:
    """Chats of each round, that which warms up first."""
    return [n_chats] + [n_chats // N_ROUNDS] * N_ROUNDS


def resident_mb() -> float:
    gc.collect()
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024 / 1e6


def soak(path: Path, n_threads: int = 8, n_chats: int = 50) -> Report:
    model = Model(path, n_ctx=N_CTX, n_threads=2)
    answers = [model.chat(question(i), **options(i)).message.content for i in range(N_QUESTIONS)]
    # Room for two long sequences and a few pages.
    pages = 2 * N_CTX // 64 + 4
    info = model.info
    page_bytes = 64 * 2 * 2 * info.n_layer * info.n_head_kv * info.head_dim
    model = Model(path, n_ctx=N_CTX, n_threads=2, kv_bytes=pages * page_bytes)
    report = Report(n_threads, n_chats)
    with tempfile.TemporaryDirectory() as sessions:
        clients = [Client(model, answers, seed, Path(sessions)) for seed in range(n_threads)]
        run(model, clients, report)
    return report


def run(model: Model, clients: list[Client], report: Report) -> None:
    """Lets all clients chat, and fills the report."""
    n_threads, n_chats = report.n_threads, report.n_chats
    rest = threading.Barrier(n_threads + 1, timeout=MOST_SECONDS)
    threads = [threading.Thread(target=c.run, args=(n_chats, rest)) for c in clients]
    for thread in threads:
        thread.start()
    for _ in rounds(n_chats):
        rest.wait()
        report.rss_mb.append(resident_mb())
        report.n_pages.append(model.statistics.n_pages)
        rest.wait()
    for thread in threads:
        thread.join()
    report.max_pages = model.statistics.max_pages
    report.n_preempted = model.statistics.n_preempted
    report.n_complete = sum(client.n_complete for client in clients)
    report.errors = [error for client in clients for error in client.errors]


def tiny_model(directory: Path) -> Path:
    """A random Qwen3 model's file."""
    mc.make_checkpoint(directory / "hf", mc.GEOMETRIES["qwen3", "tiny"])
    convert(directory / "hf", directory / "tiny.gguf", "q8_0")
    return directory / "tiny.gguf"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path, nargs="?")
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--chats", type=int, default=50)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        report = soak(args.model or tiny_model(Path(directory)), args.threads, args.chats)
    found = asdict(report) | {"growth": report.growth}
    console.print(found)
    if args.json:
        args.json.write_text(json.dumps(found, indent=1) + "\n")
    return int(report.growth > MOST_GROWTH or bool(report.errors))


if __name__ == "__main__":
    raise SystemExit(main())
