"""How fast a model runs on this machine, every quantity beside the memory's bandwidth.

from qwen3lite.benchmark import benchmark

result = benchmark("model.gguf", n_threads=2)
print(result.decode_tok_s.median, result.decode_bandwidth_share.median)
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from . import _core
from .sources import locate

Progress = Callable[[int, int], None]  # repetitions done, and in all


@dataclass(frozen=True)
class Samples:
    """A quantity, one value a repetition."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def min(self) -> float:
        return min(self.values)

    @property
    def max(self) -> float:
        return max(self.values)


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """What was measured, and how. MB and GB are 10^6 and 10^9 bytes."""

    model: str  # the GGUF file
    isa: str  # the highest instruction set in use
    threads: int
    n_prompt: int
    n_gen: int
    depth: int
    batch: int
    shared_prefix: int
    kv_type: str
    repeat: int
    prefill_tok_s: Samples  # prompt tokens per second, of one sequence
    decode_tok_s: Samples  # generated tokens per second, of all sequences together
    ttft_ms: Samples  # until the first token of a prompt of n_prompt, on an open model
    # Opening the file and the first token of a prompt of one token: with none of the file's pages
    # in the page cache (None where they cannot be dropped), and with all of them.
    cold_start_ms: Samples | None
    warm_start_ms: Samples
    rss_mb: Samples  # the process's VmHWM after the warm-up, before the first probe
    read_gb_s: Samples  # the better of a probe before decoding and one after it
    decode_gb_s: Samples  # (weight_bytes + cache_bytes) over a step's time
    decode_bandwidth_share: Samples  # decode_gb_s / read_gb_s of the same repetition, 0 to 1
    # Of several sequences: one of them decoded alone, and all together over it.
    single_decode_tok_s: Samples | None
    batch_speedup: Samples | None
    # Until the first token behind the shared prefix: when it has to be computed, when it is known.
    shared_first_ttft_ms: Samples | None
    shared_ttft_ms: Samples | None
    weight_bytes: float  # that a decode step reads
    cache_bytes: float  # keys and values that a decode step reads, on average

    def summary(self) -> dict[str, Any]:
        """What --json prints: the settings, and each quantity's median, min and max."""
        named = {f.name: getattr(self, f.name) for f in fields(self)}
        del named["weight_bytes"], named["cache_bytes"]
        return {
            name: {"median": value.median, "min": value.min, "max": value.max}
            if isinstance(value, Samples)
            else value
            for name, value in named.items()
        }


def benchmark(
    path: str | os.PathLike[str],
    *,
    n_threads: int | None = None,
    n_prompt: int = 512,
    n_gen: int = 64,
    depth: int = 0,
    batch: int = 1,
    shared_prefix: int = 0,
    kv_type: str = "f16",
    repeat: int = 7,
    progress: Progress | None = None,
) -> Benchmark:
    """Measures a model, named as Model() takes it: `repeat` samples of each quantity.

    A prompt of `n_prompt` tokens, and `n_gen` steps of decoding `batch` sequences together, either
    with `depth` positions in the cache; the sequences decoded together may instead share
    `shared_prefix` positions, with 16 of each one's own behind. Tokens are drawn at random, the
    same in every run.
    `n_threads`: None takes all cores that the process may use. `progress` is called between
    repetitions; Ctrl-C ends the benchmark between two steps.

    Throws InvalidArgumentError for numbers out of range, and what Model() throws.
    """
    file = locate(path)
    settings: dict[str, Any] = {
        "n_prompt": n_prompt,
        "n_gen": n_gen,
        "depth": depth,
        "batch": batch,
        "shared_prefix": shared_prefix,
        "kv_type": kv_type,
        "repeat": repeat,
    }
    measured = _core.benchmark(
        os.fsencode(file),
        n_threads=0 if n_threads is None else n_threads,
        progress=progress or (lambda done, total: None),
        **settings,
    )
    named: dict[str, Any] = {
        name: (Samples(tuple(value)) if value else None) if isinstance(value, list) else value
        for name, value in measured.items()
    }
    return Benchmark(model=str(file), **settings, **named)
