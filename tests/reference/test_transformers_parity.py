"""Live parity with transformers: every row of the logits, for each instruction set and geometry.

Differences are in units of the logits' standard deviation. An instruction set is chosen once a
process, so that each has a process of its own (this file as a program).
"""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from qwen3lite import Model, _core
from qwen3lite.convert import convert

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
from make_checkpoint import GEOMETRIES, Geometry, make_checkpoint

N_TOKENS = 200
# Type of the file, type of the cache: the largest difference allowed.
BOUNDS = {
    ("f32", "f32"): 2e-4,
    ("f32", "f16"): 5e-3,
    ("bf16", "f32"): 5e-2,
    ("bf16", "f16"): 5e-2,
    ("f16", "f32"): 2e-4,
}
STEPS = 1e-3  # token by token against one prefill, F32

QWEN3, LLAMA = GEOMETRIES["qwen3", "tiny"], GEOMETRIES["llama", "tiny"]
replace = dataclasses.replace
CASES: dict[str, Geometry] = {
    "qwen3, tied, 4 heads a group": QWEN3,
    "qwen3, separate head": replace(QWEN3, tied=False),
    "qwen3, a group of 1": replace(QWEN3, heads=4, kv_heads=4),
    "qwen3, a group of 2": replace(QWEN3, heads=4, kv_heads=2, head_dim=128),
    "qwen3, a group of 8": replace(QWEN3, heads=8, kv_heads=1, head_dim=24),
    "qwen3, 3 layers of odd widths": replace(QWEN3, layers=3, hidden=200, ff=330, vocab=301),
    "llama, separate head": LLAMA,
    "llama, tied": replace(LLAMA, tied=True),
    "llama, a group of 1": replace(LLAMA, heads=4, kv_heads=4, head_dim=64),
    "llama, a group of 3": replace(LLAMA, hidden=288, heads=9, kv_heads=3, head_dim=64),
    "llama, a group of 8": replace(LLAMA, heads=8, kv_heads=1, rope_theta=5e5, eps=1e-5),
}


def reference_logits(checkpoint: Path, ids: list[int]) -> npt.NDArray[np.float32]:
    import torch
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(
        checkpoint, dtype=torch.float32, attn_implementation="eager"
    )
    with torch.no_grad():
        logits: npt.NDArray[np.float32] = model(torch.tensor([ids])).logits[0].numpy()
    return logits


def differences(directory: Path) -> dict[str, float]:
    """For each conversion, role and check: the largest difference, or how many argmaxes differ."""
    expected = np.load(directory / "expected.npy")
    ids = json.loads((directory / "ids.json").read_text())
    std = expected.std()
    first_two = np.sort(expected, axis=1)[:, -2:]
    found = {}
    f32 = {}
    for (type, kv_type), bound in BOUNDS.items():
        path = directory / f"{type}.gguf"
        model = Model(path, n_ctx=256, kv_type=kv_type)  # type: ignore[arg-type]
        clear = first_two[:, 1] - first_two[:, 0] > bound * std
        for role in ("prompt", "generated"):
            logits = model.logits(ids, role)
            name = f"{type} {kv_type} {role}"
            found[name] = float(np.abs(logits - expected).max() / std)
            other = logits.argmax(1) != expected.argmax(1)
            found[f"{name} argmax"] = float((other & clear).sum())
            if (type, kv_type) == ("f32", "f32"):
                f32[role] = logits
    found["steps"] = float(np.abs(f32["prompt"] - f32["generated"]).max() / std)
    return found


@pytest.fixture(scope="module", params=CASES)
def converted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a checkpoint's conversions, a prompt and transformers' logits for it."""
    geometry = CASES[request.param]
    directory = tmp_path_factory.mktemp("parity")
    source = make_checkpoint(directory / "hf", geometry, seed=31, dtype="bfloat16")
    ids = [int(i) for i in np.random.default_rng(32).integers(0, geometry.vocab, N_TOKENS)]
    (directory / "ids.json").write_text(json.dumps(ids))
    np.save(directory / "expected.npy", reference_logits(source, ids))
    for type in {type for type, _ in BOUNDS}:
        convert(source, directory / f"{type}.gguf", type)
    return directory


@pytest.mark.parametrize("isa", _core.available_isas())
def test_logits_equal_transformers(converted: Path, isa: str) -> None:
    run = subprocess.run(
        [sys.executable, __file__, converted],
        env={**os.environ, "Q3L_ISA": isa},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    report = json.loads(run.stdout)
    assert report.pop("isa") == isa
    for (type, kv_type), bound in BOUNDS.items():
        for role in ("prompt", "generated"):
            name = f"{type} {kv_type} {role}"
            assert report[name] <= bound, name
            assert report[f"{name} argmax"] == 0, name
    assert 0 < report["steps"] <= STEPS


if __name__ == "__main__":
    print(json.dumps({"isa": _core.isa(), **differences(Path(sys.argv[1]))}))
