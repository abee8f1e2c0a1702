"""Many requests at once: what they cost each other, and what a shared beginning saves.

alone: one stream's tokens per second. prefix: requests that begin with the same --prefix tokens
arrive one after another, each when the one before has its first token, and generate together; each
one's time to its first token beside the first's. quiet: the same when those before have ended.
join: a prompt of --join tokens arrives while eight streams generate; the longest wait between two
tokens of a stream, before it came and while it is computed.

Usage: python benchmarks/load.py MODEL.gguf [--threads 2] [--json out.json]
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import threading
import time
from pathlib import Path

from rich.console import Console

from qwen3lite import Model, _core

N_STREAMS = 8
N_SUFFIX = 16

console = Console(stderr=True)


class Stream(threading.Thread):
    """One request, and when each of its tokens came."""

    def __init__(self, model: Model, prompt: list[int], n_tokens: int) -> None:
        super().__init__()
        self.has_token = threading.Event()
        self.times: list[float] = []
        # The engine's own, which says when each token came, whatever text it has.
        request = _core.Request(prompt, max_tokens=n_tokens, sampling=_core.SamplerParams())
        self._generation = _core.Generation(model._engine, request)
        self.started = time.perf_counter()
        self.start()

    def run(self) -> None:
        while self._generation.next() is not None:
            self.times.append(time.perf_counter())
            self.has_token.set()
        self.has_token.set()

    def cancel(self) -> None:
        self._generation.cancel()

    @property
    def first_token_seconds(self) -> float:
        return self.times[0] - self.started

    def longest_wait(self, begin: float, end: float) -> float:
        """The longest time between two tokens, of those that came in [begin, end]."""
        waits = [b - a for a, b in zip(self.times, self.times[1:], strict=False)]
        ends = self.times[1:]
        return max((w for w, t in zip(waits, ends, strict=True) if begin <= t <= end), default=0.0)


def rate(streams: list[Stream]) -> float:
    """Tokens per second of all, while all generate."""
    begin = max(s.times[0] for s in streams)
    end = min(s.times[-1] for s in streams)
    n = sum(1 for s in streams for t in s.times if begin < t <= end)
    return n / (end - begin)


def tokens(model: Model, n: int, seed: int) -> list[int]:
    draw = random.Random(seed)
    return [draw.randrange(1000, min(100_000, model.info.n_vocab)) for _ in range(n)]


def measure_prefix(model: Model, args: argparse.Namespace) -> dict[str, float]:
    alone = Stream(model, tokens(model, N_SUFFIX, 1), args.n_gen)
    alone.join()
    shared = tokens(model, args.prefix, 2)
    # Those that came first go on until the last one has had its share.
    longest = args.n_gen + 4 * args.requests
    streams = []
    for i in range(args.requests):
        streams.append(Stream(model, shared + tokens(model, N_SUFFIX, 100 + i), longest))
        streams[-1].has_token.wait()
    for stream in streams:
        stream.join()
    quiet = []
    for i in range(3):
        stream = Stream(model, shared + tokens(model, N_SUFFIX, 1000 + i), 1)
        stream.join()
        quiet.append(stream.first_token_seconds)
    first, *later = [s.first_token_seconds for s in streams]
    together = rate(streams)
    return {
        "alone_tok_s": rate([alone]),
        "first_ttft_ms": 1e3 * first,
        "quiet_ttft_ms": 1e3 * statistics.median(quiet),
        "busy_ttft_ms": 1e3 * statistics.median(later),
        "busy_ttft_max_ms": 1e3 * max(later),
        "together_tok_s": together,
        "together_to_alone": together / rate([alone]),
    }


def measure_join(model: Model, args: argparse.Namespace) -> dict[str, float]:
    streams = [Stream(model, tokens(model, 20, 10 + i), model.n_ctx) for i in range(N_STREAMS)]
    for stream in streams:
        stream.has_token.wait()
    calm = time.perf_counter()
    time.sleep(2)
    arrival = time.perf_counter()
    long = Stream(model, tokens(model, args.join, 99), 1)
    long.join()
    end = time.perf_counter()
    for stream in streams:
        stream.cancel()
        stream.join()
    return {
        "calm_wait_ms": 1e3 * max(s.longest_wait(calm, arrival) for s in streams),
        "join_wait_ms": 1e3 * max(s.longest_wait(arrival, end) for s in streams),
        "join_ttft_s": long.first_token_seconds,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--requests", type=int, default=32)
    parser.add_argument("--prefix", type=int, default=1000)
    parser.add_argument("--join", type=int, default=4000)
    parser.add_argument("--n-gen", type=int, default=48)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    model = Model(args.model, n_threads=args.threads, n_ctx=args.join + 1024)
    result = measure_prefix(model, args) | measure_join(model, args)
    for name, value in result.items():
        console.print(f"{name:18} {value:10.2f}")
    if args.json:
        args.json.write_text(json.dumps({"model": args.model.name} | result, indent=1) + "\n")


if __name__ == "__main__":
    main()
