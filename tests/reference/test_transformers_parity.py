"""Live parity with transformers: every row of the logits, for each instruction set and geometry.

Differences are in units of the logits' standard deviation. An instruction set is chosen once a
process, so that each has a process of its own (this file as a program). A cache of halves is held
tightly to transformers with its keys and values rounded the same way, and loosely to exact ones.
Where a router all but ties between the last expert that it takes and the next, rounding decides:
such rows are left out, and their number is held small.
"""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from qwen3lite import Model, _core
from qwen3lite.convert import convert

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
from make_checkpoint import GEOMETRIES, Geometry, make_checkpoint
from make_goldens import load_reference

N_TOKENS = 200
Logits = npt.NDArray[np.float32]
# Type of the file, type of the cache: the largest difference allowed.
BOUNDS = {
    ("f32", "f32"): 2e-4,
    ("f32", "f16"): 1e-3,
    ("bf16", "f32"): 2e-4,  # the checkpoints' weights are bfloat16
    ("bf16", "f16"): 1e-3,
    ("f16", "f32"): 2e-4,
}
MAX_COST = 5e-3  # of a cache of halves; or what it costs transformers
STEPS = 1e-3  # token by token against one prefill, F32
# Distance of two experts' logits below which a cache's rounding may swap them; rows left out.
TIE = {"f32": 2e-4, "f16": 2e-2}
MAX_TIES = {"f32": 0.02, "f16": 0.2}

QWEN3, LLAMA = GEOMETRIES["qwen3", "tiny"], GEOMETRIES["llama", "tiny"]
QWEN2, QWEN3MOE = GEOMETRIES["qwen2", "tiny"], GEOMETRIES["qwen3moe", "tiny"]
replace = dataclasses.replace
CASES: dict[str, Geometry] = {
    "qwen3, tied, 4 heads a group": QWEN3,
    "qwen3, separate head": replace(QWEN3, tied=False),
    "qwen3, a group of 1": replace(QWEN3, heads=4, kv_heads=4),
    "qwen3, a group of 2": replace(QWEN3, heads=4, kv_heads=2, head_dim=128),
    "qwen3, a group of 8": replace(QWEN3, heads=8, kv_heads=1, head_dim=24),
    "qwen3, 3 layers of odd widths": replace(QWEN3, layers=3, hidden=200, ff=330, vocab=301),
    "qwen2, tied": QWEN2,
    "qwen2, separate head, a group of 7": replace(QWEN2, tied=False, heads=7, kv_heads=1),
    "experts, top 1": replace(QWEN3MOE, experts_per_token=1),
    "experts, top 1, not renormalised": replace(QWEN3MOE, experts_per_token=1, norm_topk=False),
    "experts, top 2": QWEN3MOE,
    "experts, top 2, not renormalised": replace(QWEN3MOE, norm_topk=False),
    "experts, top 8 of 16": replace(QWEN3MOE, experts=16, experts_per_token=8),
    "experts, top 8 of 20, not renormalised": replace(
        QWEN3MOE, experts=20, experts_per_token=8, expert_ff=100, norm_topk=False
    ),
    "experts, 3 layers, the first dense": replace(QWEN3MOE, layers=3, dense_layers=(0,)),
    "experts, 4 layers, every second": replace(QWEN3MOE, layers=4, sparse_step=2, tied=False),
    "llama, separate head": LLAMA,
    "llama, biases": replace(LLAMA, attention_bias=True, mlp_bias=True),
    "llama, tied": replace(LLAMA, tied=True),
    "llama, a group of 1": replace(LLAMA, heads=4, kv_heads=4, head_dim=64),
    "llama, a group of 3": replace(LLAMA, hidden=288, heads=9, kv_heads=3, head_dim=64),
    "llama, a group of 8": replace(LLAMA, heads=8, kv_heads=1, rope_theta=5e5, eps=1e-5),
}


def write_reference(path: Path, checkpoint: Path, ids: list[int]) -> None:
    """Logits [n, n_vocab] by type of cache, and each row's margin [n]: how far its routers are from
    another choice of experts."""
    import torch
    from transformers import DynamicCache

    class HalfCache(DynamicCache):
        def update(self, k: torch.Tensor, v: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
            return super().update(k.half().float(), v.half().float(), *args, **kwargs)

    model = load_reference(checkpoint)
    margins = torch.full((len(ids),), torch.inf)

    def watch(router: Any, _: object, outputs: tuple[torch.Tensor, ...]) -> None:
        best = outputs[0].sort(dim=-1, descending=True).values
        if router.top_k < best.shape[-1]:
            margin = best[:, router.top_k - 1] - best[:, router.top_k]
            margins.copy_(margins.minimum(margin))

    for name, module in model.named_modules():
        if name.endswith("mlp.gate"):
            module.register_forward_hook(watch)
    with torch.no_grad():
        f32 = model(torch.tensor([ids])).logits[0].numpy()
        cache = HalfCache(config=model.config)
        f16 = model(torch.tensor([ids]), past_key_values=cache).logits[0].numpy()
    np.savez(path, f32=f32, f16=f16, margins=margins.numpy())


def differences(directory: Path) -> dict[str, float]:
    """For each conversion, role and check: the largest difference, or how many argmaxes differ."""
    reference = np.load(directory / "reference.npz")
    ids = json.loads((directory / "ids.json").read_text())
    exact, std = reference["f32"], reference["f32"].std()
    found = {}
    f32 = {}
    for (type, kv_type), bound in BOUNDS.items():
        path = directory / f"{type}.gguf"
        model = Model(path, n_ctx=256, kv_type=kv_type)  # type: ignore[arg-type]
        expected = reference[kv_type]
        rows = reference["margins"] > TIE[kv_type]
        first_two = np.sort(expected, axis=1)[:, -2:]
        clear = rows & (first_two[:, 1] - first_two[:, 0] > bound * std)

        def largest(a: Logits, b: Logits, rows: npt.NDArray[np.bool_] = rows) -> float:
            return float(np.abs(a - b)[rows].max() / std)

        found[f"{kv_type} ties"] = 1 - float(rows.mean())
        found[f"{kv_type} cost"] = largest(expected, exact)
        for role in ("prompt", "generated"):
            logits = model.logits(ids, role)
            name = f"{type} {kv_type} {role}"
            found[name] = largest(logits, expected)
            found[f"{name} exact"] = largest(logits, exact)
            other = logits.argmax(1) != expected.argmax(1)
            found[f"{name} argmax"] = float((other & clear).sum())
            if (type, kv_type) == ("f32", "f32"):
                f32[role] = logits
        if (type, kv_type) == ("f32", "f32"):
            found["steps"] = largest(f32["prompt"], f32["generated"])
    return found


@pytest.fixture(scope="module", params=CASES)
def converted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a checkpoint's conversions, a prompt and transformers' logits for it."""
    geometry = CASES[request.param]
    directory = tmp_path_factory.mktemp("parity")
    source = make_checkpoint(directory / "hf", geometry, seed=31, dtype="bfloat16")
    ids = [int(i) for i in np.random.default_rng(32).integers(0, geometry.vocab, N_TOKENS)]
    (directory / "ids.json").write_text(json.dumps(ids))
    write_reference(directory / "reference.npz", source, ids)
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
        assert report[f"{kv_type} ties"] <= MAX_TIES[kv_type]
        cost = max(MAX_COST, 1.1 * report[f"{kv_type} cost"])
        for role in ("prompt", "generated"):
            name = f"{type} {kv_type} {role}"
            assert report[name] <= bound, name
            assert report[f"{name} exact"] <= cost, name
            assert report[f"{name} argmax"] == 0, name
    assert 0 < report["steps"] <= STEPS


if __name__ == "__main__":
    print(json.dumps({"isa": _core.isa(), **differences(Path(sys.argv[1]))}))
