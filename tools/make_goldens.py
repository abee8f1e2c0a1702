#!/usr/bin/env python3
"""Makes the goldens of the light suite: transformers' logits for tiny seeded checkpoints.

Imports torch and transformers, never qwen3lite. A golden is an .npz with the prompt, the logits of
some of its rows, and of every row the argmax and its lead over the second; the checkpoint itself is
made again from its seed, and a checksum tells whether it is the same.

    tools/make_goldens.py [DIRECTORY]     (tests/goldens unless named)
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from make_checkpoint import GEOMETRIES, make_checkpoint

DIRECTORY = Path(__file__).parents[1] / "tests" / "goldens"
# Rows around the ends of pages (64 positions) and, in the long prompt, of chunks (512).
ROWS = [0, 1, 2, 5, 11, 23, 40, 62, 63, 64, 65, 90, 110, 127, 128, 129, 150, 175, 198, 199]
LONG_ROWS = [0, 100, 510, 511, 512, 513, 600, 1022, 1023, 1024, 1025, 1098, 1099]


@dataclass(frozen=True)
class Golden:
    """A tiny checkpoint by architecture, dtype and seed, and a prompt's length."""

    arch: str
    dtype: str
    seed: int
    n_tokens: int = 200

    @property
    def path(self) -> Path:
        return DIRECTORY / f"logits-{self.arch}-{self.dtype}-{self.n_tokens}.npz"

    @property
    def rows(self) -> list[int]:
        """Those whose logits are kept."""
        return ROWS if self.n_tokens == 200 else LONG_ROWS

    def make_checkpoint(self, out: Path) -> Path:
        geometry = GEOMETRIES[self.arch, "tiny"]
        return make_checkpoint(out, geometry, seed=self.seed, dtype=self.dtype)

    @property
    def ids(self) -> list[int]:
        vocab = GEOMETRIES[self.arch, "tiny"].vocab
        return [int(i) for i in np.random.default_rng(self.seed).integers(0, vocab, self.n_tokens)]


GOLDENS = [
    Golden("qwen3", "float32", 21),
    Golden("qwen3", "bfloat16", 22),
    Golden("llama", "float32", 23),
    Golden("llama", "bfloat16", 24),
    Golden("qwen3", "float32", 25, n_tokens=1100),
    Golden("qwen2", "float32", 26),
    Golden("qwen3moe", "float32", 54),  # a seed by which no router comes near a tie
]


def checksum(checkpoint: Path) -> str:
    return hashlib.sha256((checkpoint / "model.safetensors").read_bytes()).hexdigest()


def load_reference(checkpoint: Path, attention: str = "eager") -> Any:
    """transformers' model of the checkpoint in float32, whatever its dtype."""
    import torch
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(
        checkpoint, dtype=torch.float32, attn_implementation=attention
    )


def reference_logits(checkpoint: Path, ids: list[int]) -> npt.NDArray[np.float32]:
    """transformers' logits [ids, n_vocab]."""
    import torch

    model = load_reference(checkpoint)
    with torch.no_grad():
        logits: npt.NDArray[np.float32] = model(torch.tensor([ids])).logits[0].numpy()
    return logits


def golden_arrays(golden: Golden, checkpoint: Path) -> dict[str, Any]:
    logits = reference_logits(checkpoint, golden.ids)
    first_two = np.sort(logits, axis=1)[:, -2:]
    return {
        "checksum": checksum(checkpoint),
        "ids": np.array(golden.ids, np.int32),
        "rows": np.array(golden.rows, np.int32),
        "logits": logits[golden.rows],
        "std": logits.std(),
        "argmax": logits.argmax(1).astype(np.int32),
        "lead": first_two[:, 1] - first_two[:, 0],
    }


def main(directory: Path) -> None:
    for golden in GOLDENS:
        with tempfile.TemporaryDirectory() as scratch:
            checkpoint = golden.make_checkpoint(Path(scratch))
            path = directory / golden.path.name
            np.savez_compressed(path, **golden_arrays(golden, checkpoint))
        print(f"{path}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DIRECTORY)
