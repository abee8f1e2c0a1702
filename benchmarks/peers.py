"""Our engine beside llama.cpp and OpenVINO GenAI: the same file, the same tokens, in turn.

llama.cpp is the prebuilt library of an npm package (python tests/reference/llama_cpp.py DIR), its
folder named by Q3L_LLAMA_CPP; each of our instruction sets runs against the CPU level that was
built for the same machines. OpenVINO GenAI (pip install openvino-genai) may live in a Python of its
own, named by --openvino-python; it chooses its instruction set itself, so that it runs against our
best alone.

prefill: a prompt of --n-prompt tokens, logits of the last row. decode: --n-gen tokens after a
prompt of 4, one by one, the likeliest each. With --depth N one run of N tokens and what follows
them is both. A repetition is read-probe, ours, probe, peer, probe: it is dropped when its probes
(best of three loops over the mapped file) differ by more than a tenth (the one after ours may be
faster), or one is below --min-read-gb-s. A shared machine needs the latter: on the one of
docs/performance.md, two threads read either 31 or 16 GB/s, and 28 tells them apart.

Usage: python benchmarks/peers.py MODEL.gguf... [--json out.json] [--plot out.png]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from rich.console import Console

from peer_report import draw, print_tables
from peer_results import Comparison, Repetition, Task
from qwen3lite import _core

WORKER = Path(__file__).with_name("peer_worker.py")
# Our rows, best first, and the level of llama.cpp for the same machines.
LEVELS = {
    "amx": "sapphirerapids",
    "avx512": "icelake",
    "avxvnni": "alderlake",
    "avx2": "haswell",
}
PEERS = ("llama.cpp", "llama.cpp:flash", "llama.cpp:plain", "openvino")
DEFAULT_PEERS = ["llama.cpp", "openvino"]
TASKS: tuple[Task, ...] = ("prefill", "decode")
KV_KEYS = ("block_count", "attention.head_count_kv", "attention.key_length")
N_SHORT = 4  # tokens before those that are decoded: as good as an empty context
MAX_ATTEMPTS = 4  # repetitions at most, in units of those wanted

console = Console(stderr=True)


class WorkerError(Exception):
    """An engine that is not there or cannot run the model."""


@dataclass(frozen=True)
class Pair:
    """One of our rows and the engine that it is measured against."""

    row: str
    peer: str
    level: str  # of the peer
    python: str  # that has the peer

    def __str__(self) -> str:
        return f"{self.row} against {self.peer} {self.level}".rstrip()


class Worker:
    """An engine in a process of its own (peer_worker.py)."""

    def __init__(self, python: str, arguments: list[str], environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [python, str(WORKER), *arguments],
            env=os.environ | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.description = str(self._answer()["description"])

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *error: object) -> None:
        self._process.kill()
        self._process.communicate()

    def rates(self, ids: list[int], n_gen: int) -> dict[Task, float]:
        """Tokens per second of the prompt, and of n_gen tokens after it unless that is 0."""
        assert self._process.stdin
        print(json.dumps({"ids": ids, "n_gen": n_gen}), file=self._process.stdin, flush=True)
        answer = self._answer()
        return {
            task: n / seconds for task in TASKS if answer[task] for seconds, n in [answer[task]]
        }

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            _, complaint = self._process.communicate()
            last = complaint.strip().splitlines()[-1:]
            raise WorkerError(last[0] if last else f"exit status {self._process.returncode}")
        answer: dict[str, Any] = json.loads(line)
        return answer


def prompts(path: str, n: int) -> Iterator[list[int]]:
    """Random prompts of n ids, the same ones in every run; none again, for those who cache."""
    shapes = {name: shape for name, _, shape, _ in _core.GgufFile(path).tensors}
    n_vocab = prod(shapes["token_embd.weight"][:1])
    n_text = max(n_vocab - 1000, n_vocab // 2)  # control tokens are the last
    rng = random.Random(n)
    while True:
        yield [rng.randrange(n_text) for _ in range(n)]


def measure(
    results: list[Comparison], path: str, ours: Worker, peer: Worker, options: argparse.Namespace
) -> None:
    """The tasks in turn, until each has enough quiet repetitions or has had its chances."""

    def probe() -> float:
        return _core.read_bandwidth(path, options.threads)

    ids = {"prefill": prompts(path, options.n_prompt), "decode": prompts(path, N_SHORT)}
    n_gen = {"prefill": 0, "decode": options.n_gen}
    together = [[result] for result in results]
    if options.depth:
        ids["decode"], together = prompts(path, options.depth), [results]
    for attempt in range(1 + MAX_ATTEMPTS * options.repeat):
        for group in together:
            if len(group[-1].kept) == options.repeat:
                continue
            task = group[-1].task
            prompt = next(ids[task])
            before = probe()
            our_rates = ours.rates(prompt, n_gen[task])
            between = probe()
            peer_rates = peer.rates(prompt, n_gen[task])
            probes = (before, between, probe())
            if attempt == 0 and not options.depth:
                continue  # warms up
            for result in group:
                rates = our_rates[result.task], peer_rates[result.task]
                keep(result, Repetition(*rates, probes), options.min_read_gb_s * 1e9)


def keep(result: Comparison, repetition: Repetition, min_read: float) -> None:
    """Unless it was disturbed."""
    is_quiet = repetition.is_quiet(min_read)
    if is_quiet:
        result.kept.append(repetition)
    else:
        result.n_dropped += 1
    read = " ".join(f"{p / 1e9:.1f}" for p in repetition.probes)
    rates = f"{repetition.ours:.1f} / {repetition.peer:.1f} tok/s, reads {read} GB/s"
    console.print(
        f"{result.row} against {result.peer}, {result.task}: {rates}"
        + ("" if is_quiet else ", dropped"),
        style="" if is_quiet else "dim",
        highlight=False,
        soft_wrap=True,
    )


def token_bytes(path: str, options: argparse.Namespace) -> float:
    """That decoding a token reads: weights, and keys and values in 16 bits."""
    metadata = _core.GgufFile(path).metadata
    name = metadata["general.architecture"]
    shape = [metadata[f"{name}.{key}"] for key in KV_KEYS]
    position = prod(int(n) for n in shape if isinstance(n, int)) * 2 * 2
    return _core.weight_bytes(path, 1) + position * (options.depth + options.n_gen / 2)


def pairs(options: argparse.Namespace) -> list[Pair]:
    available = _core.available_isas()
    for row in options.levels or ():
        if row not in available:
            raise SystemExit(f"no instruction set {row} here; there are {', '.join(available)}.")
    wanted = [row for row in LEVELS if row in (options.levels or available)]
    found = []
    for peer in options.peers:
        if peer.startswith("llama.cpp"):
            found += [Pair(row, peer, LEVELS[row], sys.executable) for row in wanted]
    if "openvino" in options.peers:
        found.append(Pair(wanted[0], "openvino", "", options.openvino_python))
    return found


def words(text: str) -> list[str]:
    return text.split(",")


def parse_arguments() -> argparse.Namespace:
    summary, _, details = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(
        description=summary, epilog=details, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", nargs="+", metavar="MODEL", help="GGUF files")
    parser.add_argument("--levels", type=words, help="our rows, as avx512,avx2; else all")
    parser.add_argument("--peers", type=words, default=DEFAULT_PEERS, help=",".join(PEERS))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--n-prompt", type=int, default=512)
    parser.add_argument("--n-gen", type=int, default=64)
    parser.add_argument("--depth", type=int, default=0, help="tokens before those generated")
    parser.add_argument("--repeat", type=int, default=7, help="quiet repetitions wanted")
    parser.add_argument("--min-read-gb-s", type=float, default=0, help="slower probes void theirs")
    parser.add_argument("--openvino-python", default=sys.executable, help="that has openvino-genai")
    parser.add_argument("--json", type=Path, help="write all repetitions there")
    parser.add_argument("--plot", type=Path, help="draw there (needs matplotlib)")
    options = parser.parse_args()
    if unknown := set(options.levels or ()) - LEVELS.keys() or set(options.peers) - set(PEERS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    return options


def run(path: str, pair: Pair, results: list[Comparison], options: argparse.Namespace) -> None:
    """Adds both tasks to `results` before it measures, so that an interrupted run has them."""
    n_ctx = max(options.n_prompt, max(N_SHORT, options.depth) + options.n_gen + 1)
    settings = [path, str(options.threads), str(n_ctx)]
    with ExitStack() as stack:
        ours = stack.enter_context(
            Worker(sys.executable, ["ours", pair.row, *settings], {"Q3L_ISA": pair.row})
        )
        peer = stack.enter_context(Worker(pair.python, [pair.peer, pair.level, *settings], {}))
        comparisons = [
            Comparison(
                Path(path).name, pair.row, peer.description, task, token_bytes(path, options)
            )
            for task in TASKS
        ]
        results += comparisons
        measure(comparisons, path, ours, peer, options)


def main() -> None:
    options = parse_arguments()
    results: list[Comparison] = []
    try:
        for path in options.models:
            for pair in pairs(options):
                try:
                    run(path, pair, results, options)
                except (WorkerError, OSError) as error:
                    console.print(f"{pair} is left out: {error}", style="yellow", soft_wrap=True)
    except KeyboardInterrupt:
        console.print("Interrupted: this is what was measured.", style="yellow")
    if not results:
        raise SystemExit("nothing was measured")
    print_tables(results)
    if options.json:
        names = ("threads", "n_prompt", "n_gen", "depth", "repeat", "min_read_gb_s")
        record = {name: getattr(options, name) for name in names}
        record["comparisons"] = [r.as_json() for r in results]
        options.json.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    if options.plot:
        draw(results, options.plot)


if __name__ == "__main__":
    main()
