"""Logits and greedy tokens against goldens that transformers made (tools/make_goldens.py).

Differences are in units of the logits' standard deviation.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pytest

import make_goldens
from make_goldens import GOLDENS, Golden
from qwen3lite import Model
from qwen3lite.convert import convert

# Checkpoint's dtype, type of the file, type of the cache: the largest difference allowed. A
# bfloat16 checkpoint's weights are exact in BF16 and nearly so in F16: what remains is arithmetic,
# which may be bfloat16's for the first and never for the second.
BOUNDS: dict[tuple[str, str, Literal["f32", "f16"]], float] = {
    ("float32", "f32", "f32"): 2e-4,
    ("float32", "f32", "f16"): 5e-3,
    ("bfloat16", "bf16", "f32"): 5e-2,
    ("bfloat16", "bf16", "f16"): 5e-2,
    ("bfloat16", "f16", "f32"): 2e-4,
}


@dataclass(frozen=True)
class Case:
    golden: Golden
    arrays: dict[str, npt.NDArray[Any]]
    checkpoint: Path

    @property
    def ids(self) -> list[int]:
        return [int(i) for i in self.arrays["ids"]]

    def converted(self, type: str) -> Path:
        path = self.checkpoint.parent / f"{self.checkpoint.name}-{type}.gguf"
        if not path.exists():
            convert(self.checkpoint, path, type)
        return path


def load(golden: Golden, directory: Path) -> Case:
    checkpoint = golden.make_checkpoint(directory / golden.path.stem)
    with np.load(golden.path) as arrays:
        case = Case(golden, dict(arrays), checkpoint)
    assert case.arrays["checksum"] == make_goldens.checksum(checkpoint), (
        f"{golden.path} belongs to other weights: run tools/make_goldens.py again"
    )
    return case


@pytest.fixture(scope="module", params=GOLDENS, ids=lambda golden: golden.path.stem)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    return load(request.param, tmp_path_factory.mktemp("goldens"))


@pytest.fixture(scope="module", params=["qwen3", "llama"])
def float_case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    golden = next(g for g in GOLDENS if (g.arch, g.dtype) == (request.param, "float32"))
    return load(golden, tmp_path_factory.mktemp("goldens"))


@pytest.mark.parametrize("role", ["prompt", "generated"])
def test_logits(case: Case, role: Literal["prompt", "generated"]) -> None:
    arrays = case.arrays
    std = float(arrays["std"])
    for (dtype, type, kv_type), bound in BOUNDS.items():
        if dtype != case.golden.dtype:
            continue
        logits = Model(case.converted(type), n_ctx=1200, kv_type=kv_type).logits(case.ids, role)
        assert logits.dtype == np.float32
        assert logits.shape == (len(case.ids), arrays["logits"].shape[1])
        assert np.abs(logits[arrays["rows"]] - arrays["logits"]).max() <= bound * std
        clear = arrays["lead"] > bound * std
        assert clear.mean() > 0.5
        np.testing.assert_array_equal(logits.argmax(1)[clear], arrays["argmax"][clear])


def test_token_by_token_equals_one_prefill(float_case: Case) -> None:
    model = Model(float_case.converted("f32"), n_ctx=256, kv_type="f32")
    prefilled = model.logits(float_case.ids, role="prompt")
    stepped = model.logits(float_case.ids, role="generated")
    assert np.abs(prefilled - stepped).max() <= 1e-3 * prefilled.std()
    assert not np.array_equal(prefilled, stepped)  # they are other kernels


def test_greedy_tokens_are_the_likeliest_of_a_prefill(float_case: Case) -> None:
    """The scheduler's own steps, one token each, over pages and after prompts of any length."""
    model = Model(float_case.converted("f32"), n_ctx=256, kv_type="f32")
    n_compared = 0
    for n_prompt in (1, 2, 30, 63, 64, 65, 120):
        prompt = float_case.ids[:n_prompt]
        generated = model.generate(prompt, max_tokens=70).token_ids
        logits = model.logits([*prompt, *generated])[n_prompt - 1 : -1]
        first_two = np.sort(logits, axis=1)[:, -2:]
        clear = first_two[:, 1] - first_two[:, 0] > 1e-3 * logits.std()
        assert clear.mean() > 0.9
        np.testing.assert_array_equal(logits.argmax(1)[clear], np.array(generated)[clear])
        n_compared += len(generated)
    assert n_compared > 200


def test_where_a_prompt_is_cut_changes_nothing(float_case: Case) -> None:
    """Long prompts are computed in chunks, whose rows are the same whatever comes after them."""
    model = Model(float_case.converted("f32"), n_ctx=2048, kv_type="f32")
    ids = (float_case.ids * 6)[:1100]
    whole = model.logits(ids)
    for n in (1, 300, 513):
        np.testing.assert_array_equal(model.logits(ids[:n]), whole[:n])


def test_goldens_are_small_and_say_what_they_hold() -> None:
    files = sorted(make_goldens.DIRECTORY.glob("logits-*.npz"))
    assert files == sorted(golden.path for golden in GOLDENS)
    assert sum(file.stat().st_size for file in files) < 300_000
    for golden in GOLDENS:
        with np.load(golden.path) as arrays:
            assert arrays["ids"].tolist() == golden.ids
            assert arrays["logits"].shape == (len(golden.rows), 320)
            assert len(arrays["argmax"]) == len(arrays["lead"]) == golden.n_tokens
