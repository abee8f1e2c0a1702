"""Every instruction set through the whole engine: the logits are the scalar row's but for
rounding, and bit for bit the same for any number of threads and for a prompt cut anywhere.

Differences are in units of the logits' standard deviation. An instruction set is chosen once a
process, so that each has a process of its own (this file as a program).
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pytest

from qwen3lite import Model, _core

Role = Literal["prompt", "generated"]
ROLES: tuple[Role, ...] = ("prompt", "generated")
ARCHITECTURES = ("qwen3", "qwen3moe")
TYPES = ("q8_0", "q4_0")  # the latter with a Q6_K head
N_TOKENS = 100
CUTS = (1, 17, 64)
MAX_ERROR = 3e-3
MAX_TILE_ERROR = 0.2  # attention is rounded to bf16, of prompts inputs and weights too
MAX_TIES = 0.2  # of rows that this rounding sends to other experts, far away

Logits = npt.NDArray[np.float32]


def ids() -> list[int]:
    return [int(i) for i in np.random.default_rng(82).integers(0, 260, N_TOKENS)]


def checked_logits(path: Path, role: Role) -> Logits:
    """The logits of a prompt, computed in several ways; ends the process where they differ."""
    logits = Model(path, n_threads=1, n_ctx=256).logits(ids(), role)
    for n_threads in (2, 3):
        model = Model(path, n_threads=n_threads, n_ctx=256)
        assert np.array_equal(model.logits(ids(), role), logits), f"{n_threads} threads, {role}"
        for n in CUTS:
            first = model.logits(ids()[:n], role)
            assert np.array_equal(first, logits[:n]), f"{n} tokens, {n_threads} threads, {role}"
    return logits


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with tiny models."""
    import make_checkpoint as mc
    from qwen3lite.convert import convert

    directory = tmp_path_factory.mktemp("rows")
    for arch in ARCHITECTURES:
        source = mc.make_checkpoint(directory / arch, mc.GEOMETRIES[arch, "tiny"], seed=81)
        for type in TYPES:
            convert(source, directory / f"{arch}-{type}.gguf", type)
    return directory


def logits_of(isa: str, files: Path) -> dict[str, Logits]:
    """By model and role."""
    out = files / f"{isa}.npz"
    run = subprocess.run(
        [sys.executable, __file__, files, out],
        env={**os.environ, "Q3L_ISA": isa},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == isa
    with np.load(out) as arrays:
        return dict(arrays)


@pytest.fixture(scope="module")
def scalar(files: Path) -> dict[str, Logits]:
    return logits_of("scalar", files)


@pytest.mark.parametrize("isa", _core.available_isas())
def test_logits_are_the_scalar_rows(isa: str, files: Path, scalar: dict[str, Logits]) -> None:
    found = logits_of(isa, files)
    assert len(found) == len(ARCHITECTURES) * len(TYPES) * len(ROLES)
    for name, logits in found.items():
        on_tiles = isa == "amx"
        errors = np.abs(logits - scalar[name]).max(1) / scalar[name].std()
        far = (errors > (MAX_TILE_ERROR if on_tiles else MAX_ERROR)).mean()
        assert far <= (MAX_TIES if on_tiles and "moe" in name else 0), name


if __name__ == "__main__":
    print(_core.isa())
    directory, out = Path(sys.argv[1]), Path(sys.argv[2])
    found: dict[str, Any] = {
        f"{path.stem} {role}": checked_logits(path, role)
        for path in sorted(directory.glob("*.gguf"))
        for role in ROLES
    }
    np.savez(out, **found)
