"""The guard of decoding: it keeps up with memory on the best row of this CPU.

A repetition's decoding is held against probes right before and after it, so that what other
programs take of the memory's bandwidth touches both; a disturbed run is repeated.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
import make_checkpoint as mc
from qwen3lite.benchmark import benchmark
from qwen3lite.convert import convert

LOWEST_SHARE = 0.6
RUNS = 3


@pytest.fixture
def model() -> Iterator[Path]:
    """Qwen3-0.6B's geometry in Q4_0, random weights."""
    with TemporaryDirectory() as directory:
        checkpoint = Path(directory) / "hf"
        mc.make_checkpoint(checkpoint, mc.GEOMETRIES["qwen3", "0.6b"], dtype="bfloat16")
        file = Path(directory) / "q4_0.gguf"
        convert(checkpoint, file, "q4_0")
        yield file


def test_decoding_keeps_up_with_memory(model: Path) -> None:
    medians = []
    for _ in range(RUNS):
        r = benchmark(model, n_prompt=32, n_gen=16, repeat=15)
        share = r.decode_bandwidth_share
        print(
            f"{r.isa}, {r.threads} threads: decodes {r.decode_tok_s.median:.1f} tok/s,"
            f" {r.decode_gb_s.median:.2f} of {r.read_gb_s.median:.2f} GB/s,"
            f" {share.median:.1%} ({share.min:.1%} - {share.max:.1%})"
        )
        medians.append(share.median)
        if share.median >= LOWEST_SHARE:
            break
    assert max(medians) >= LOWEST_SHARE
