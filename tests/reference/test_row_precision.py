"""What each instruction set's arithmetic costs SmolLM2, prompts and generated tokens apart.

The cost is the mean KL divergence from the same file's weights, and cache, in float32. It may be no
more than llama.cpp's own on that text and file. An instruction set is chosen once a process, so
that each has a process of its own (this file as a program). `pytest -s` prints the figures that
docs/architecture.md shows.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from divergence import kl
from llama_cpp import ENVIRONMENT, LlamaCpp, folder, quantize

from qwen3lite import Model, _core
from qwen3lite.sources import locate

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
from dequantize import dequantize

pytestmark = pytest.mark.skipif(folder() is None, reason=f"{ENVIRONMENT} names no llama.cpp")

Role = Literal["prompt", "generated"]
ROLES: tuple[Role, ...] = ("prompt", "generated")
TEXT = Path(__file__).parents[1] / "texts" / "evaluation.txt"
TYPES = ("Q4_0", "Q4_1", "Q8_0", "Q4_K_M")
N_TOKENS: dict[Role, int] = {"prompt": 300, "generated": 100}
N_SCALAR = 24  # at most, of a slow row
N_MOST = max(N_TOKENS.values())
MAX_KL = 1e-5
# Where there are matrix tiles, what attention multiplies and, of prompts, inputs and weights are
# bf16, generated tokens' inputs 12 bits.
MAX_TILE_KL = {"prompt": 5e-4, "generated": 3e-4}


@dataclass(frozen=True)
class Subject:
    """A quantised file in a directory with ids.json and the logits of its weights as float32."""

    type: str
    directory: Path
    peer_kl: dict[Role, list[float]]  # llama.cpp's of each token

    @property
    def path(self) -> Path:
        return self.directory / "model.gguf"


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """SmolLM2 as F32, for llama.cpp's quantiser."""
    path = dequantize(locate("smollm2"), tmp_path_factory.mktemp("smollm2") / "f32.gguf")
    yield path
    path.unlink()


@pytest.fixture(scope="module", params=TYPES)
def subject(
    request: pytest.FixtureRequest, weights: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Subject]:
    made = Subject(request.param, tmp_path_factory.mktemp(request.param), {})
    quantize(weights, made.path, made.type)
    as_f32 = dequantize(made.path, made.directory / "f32.gguf")
    model = Model(as_f32, n_ctx=N_MOST, kv_type="f32")
    ids = model.tokenize(TEXT.read_text()[: 8 * N_MOST])[:N_MOST]
    exact = model.logits(ids)
    as_f32.unlink()
    np.save(made.directory / "exact.npy", exact)
    (made.directory / "ids.json").write_text(json.dumps(ids))
    for role, n in N_TOKENS.items():
        n_batch = n if role == "prompt" else 1
        with LlamaCpp(made.path, n_ctx=512, n_batch=n_batch, n_threads=1) as peer:
            made.peer_kl[role] = kl(exact[:n], peer.logits(ids[:n])).tolist()
    print(f"\n{made.type}, llama.cpp: {figures({r: mean(made.peer_kl[r]) for r in ROLES})}")
    yield made
    for file in made.directory.iterdir():
        file.unlink()


def mean(values: list[float]) -> float:
    return float(np.mean(values))


def figures(found: dict[Role, float]) -> str:
    return ", ".join(f"{role} {found[role]:.2g}" for role in ROLES)


def n_tokens(isa: str, role: Role) -> int:
    return min(N_TOKENS[role], N_SCALAR) if isa == "scalar" else N_TOKENS[role]


def measure(directory: Path, isa: str) -> dict[Role, float]:
    ids = json.loads((directory / "ids.json").read_text())
    exact = np.load(directory / "exact.npy")
    model = Model(directory / "model.gguf", n_ctx=N_MOST)
    found: dict[Role, float] = {}
    for role in ROLES:
        n = n_tokens(isa, role)
        found[role] = mean(kl(exact[:n], model.logits(ids[:n], role)).tolist())
    return found


@pytest.mark.parametrize("isa", _core.available_isas())
def test_the_divergence_is_below_llama_cpps(isa: str, subject: Subject) -> None:
    run = subprocess.run(
        [sys.executable, __file__, subject.directory],
        env={**os.environ, "Q3L_ISA": isa},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    assert found.pop("isa") == isa
    print(f"\n{subject.type}, {isa}: {figures(found)}")
    for role in ROLES:
        theirs = mean(subject.peer_kl[role][: n_tokens(isa, role)])
        ours = MAX_TILE_KL[role] if isa == "amx" else MAX_KL
        assert found[role] <= min(ours, theirs), role


if __name__ == "__main__":
    print(json.dumps({"isa": _core.isa(), **measure(Path(sys.argv[1]), _core.isa())}))
