"""Converted files in llama.cpp: they load, and an F32 file gives transformers' logits.

Needs torch, transformers and a prebuilt llama.cpp (see llama_cpp.py).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import llama_cpp
import numpy as np
import numpy.typing as npt
import pytest
from gguf import GGUFReader
from transformers import AutoTokenizer

from qwen3lite.convert import TYPES, convert

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
import make_checkpoint as mc
from make_goldens import reference_logits

pytestmark = pytest.mark.skipif(
    llama_cpp.folder() is None, reason=f"{llama_cpp.ENVIRONMENT} names no llama.cpp"
)

N_TOKENS = 200
# Largest difference of a logit from transformers' in the latter's standard deviations. Low-bit
# types are judged by correlation below: two random layers amplify their rounding.
MAX_ERROR = {"f32": 1e-4, "f16": 2e-2, "bf16": 0.15}
MIN_CORRELATION = {"q8_0": 0.999, "q4_0": 0.9}
MIN_CORRELATION_EXPERTS = {"q8_0": 0.98, "q4_0": 0.85}
SCALINGS: dict[str, dict[str, Any]] = {
    "linear": {"rope_type": "linear", "factor": 4.0},
    "yarn": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64},
    "yarn with a factor": {
        "rope_type": "yarn",
        "factor": 4.0,
        "original_max_position_embeddings": 64,
        "attention_factor": 1.3,
    },
    "llama3": {
        "rope_type": "llama3",
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 64,
    },
}


@dataclass(frozen=True)
class Reference:
    """A tiny checkpoint, ids, and transformers' logits for them, float32 [n, n_vocab]."""

    source: Path
    ids: list[int]
    logits: npt.NDArray[np.float32]
    has_experts: bool


TINY = {arch: mc.GEOMETRIES[arch, "tiny"] for arch in mc.VARIANTS}


def reference(source: Path, geometry: mc.Geometry, **config: Any) -> Reference:
    mc.make_checkpoint(source, geometry, seed=11, config=config)
    ids = [int(i) for i in np.random.default_rng(5).integers(0, 260, N_TOKENS)]
    return Reference(source, ids, reference_logits(source, ids), geometry.experts > 0)


@pytest.fixture(scope="module", params=TINY)
def tiny(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Reference:
    return reference(tmp_path_factory.mktemp("hf") / request.param, TINY[request.param])


@pytest.fixture(scope="module", params=TYPES)
def converted(
    request: pytest.FixtureRequest, tiny: Reference, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """The type and the file of each conversion of `tiny`."""
    path = tmp_path_factory.mktemp("gguf") / f"{request.param}.gguf"
    convert(tiny.source, path, request.param)
    yield request.param, path
    path.unlink()


def peer_logits(path: Path, ids: list[int]) -> npt.NDArray[np.float32]:
    with llama_cpp.LlamaCpp(path, kv_type="f32") as model:
        return model.logits(ids)


def test_logits_agree_with_transformers(converted: tuple[str, Path], tiny: Reference) -> None:
    type, path = converted
    logits = peer_logits(path, tiny.ids)
    assert np.isfinite(logits).all()
    if type in MAX_ERROR:
        errors = np.abs(logits - tiny.logits).max(1)
        # Rounding moves some tokens to other experts.
        typical = np.median(errors) if tiny.has_experts and type != "f32" else errors.max()
        assert typical <= MAX_ERROR[type] * tiny.logits.std()
    else:
        correlation = np.corrcoef(logits.ravel(), tiny.logits.ravel())[0, 1]
        limits = MIN_CORRELATION_EXPERTS if tiny.has_experts else MIN_CORRELATION
        assert correlation >= limits[type]


@pytest.mark.parametrize(
    ("arch", "kind"),
    [
        *((arch, kind) for arch in TINY for kind in ("linear", "yarn")),
        *(("llama", kind) for kind in SCALINGS if kind not in ("linear", "yarn")),
    ],
)
def test_rope_scaling_agrees_with_transformers(arch: str, kind: str, tmp_path: Path) -> None:
    expected = reference(tmp_path / "hf", TINY[arch], rope_scaling=SCALINGS[kind])
    plain = reference(tmp_path / "plain", TINY[arch])
    assert np.abs(expected.logits - plain.logits).max() > 0.1  # the scaling matters at 200 tokens
    assert_equal(expected, tmp_path / "out.gguf")


def test_optional_biases_agree_with_transformers(tmp_path: Path) -> None:
    """Of llama: llama.cpp has no output bias for the others."""
    biased = replace(TINY["llama"], attention_bias=True, mlp_bias=True)
    assert_equal(reference(tmp_path / "hf", biased), tmp_path / "out.gguf")


@pytest.mark.parametrize("n_used", [1, 3, 8])
def test_experts_agree_with_transformers(n_used: int, tmp_path: Path) -> None:
    geometry = replace(TINY["qwen3moe"], experts_per_token=n_used)
    assert_equal(reference(tmp_path / "hf", geometry), tmp_path / "out.gguf")


def assert_equal(expected: Reference, path: Path) -> None:
    """The checkpoint as an F32 file gives transformers' logits."""
    convert(expected.source, path, "f32")
    error = np.abs(peer_logits(path, expected.ids) - expected.logits).max()
    assert error <= MAX_ERROR["f32"] * expected.logits.std()


@pytest.mark.parametrize("arch", TINY)
def test_types_are_those_of_llama_cpps_quantiser(arch: str, tmp_path: Path) -> None:
    geometry = TINY[arch]
    if geometry.experts == 8:  # for which it has a rule of its own
        geometry = replace(geometry, experts=6)
    source = mc.make_checkpoint(tmp_path / "hf", geometry)
    convert(source, tmp_path / "f32.gguf", "f32")
    for type in ("q8_0", "q4_0"):
        convert(source, tmp_path / "ours.gguf", type)
        llama_cpp.quantize(tmp_path / "f32.gguf", tmp_path / "theirs.gguf", type.upper())
        ours, theirs = (
            {t.name: t.tensor_type.name for t in GGUFReader(tmp_path / name).tensors}
            for name in ("ours.gguf", "theirs.gguf")
        )
        assert ours == theirs


def test_tokens_agree_with_transformers(tiny: Reference, tmp_path: Path) -> None:
    convert(tiny.source, tmp_path / "out.gguf", "q8_0")
    tokenizer = AutoTokenizer.from_pretrained(tiny.source)
    text = "<|im_start|>user\nhello the innkeeper's 2 naïve 你好\n\n  <think>ok</think><|im_end|>"
    with llama_cpp.LlamaCpp(tmp_path / "out.gguf") as model:
        assert model.tokenize(text, parse_special=True) == tokenizer(text)["input_ids"]
        plain = model.tokenize("a<|im_end|>", parse_special=False)
    assert tokenizer.convert_tokens_to_ids("<|im_end|>") not in plain


def test_all_rows_and_last_row_agree(tiny: Reference, tmp_path: Path) -> None:
    """Of the oracle itself: batches and the choice of rows change nothing."""
    convert(tiny.source, tmp_path / "out.gguf", "f32")
    with llama_cpp.LlamaCpp(tmp_path / "out.gguf", n_batch=64, kv_type="f32") as model:
        rows = model.logits(tiny.ids)
        last = model.logits(tiny.ids, all_rows=False)
    assert rows.shape == tiny.logits.shape
    assert last.shape == (1, rows.shape[1])
    np.testing.assert_allclose(last[0], rows[-1], atol=1e-4)
    np.testing.assert_allclose(rows, tiny.logits, atol=1e-4)


def test_oracle_names_what_it_refuses(tmp_path: Path) -> None:
    (tmp_path / "bad.gguf").write_bytes(b"nothing")
    with pytest.raises(llama_cpp.LlamaCppError, match=r"bad\.gguf: llama\.cpp refused it: .+"):
        llama_cpp.LlamaCpp(tmp_path / "bad.gguf")
