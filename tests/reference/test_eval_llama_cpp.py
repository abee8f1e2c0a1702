"""eval against llama.cpp on SmolLM2: its llama-perplexity, recorded, and its library, live.

tests/goldens/llama-perplexity-smollm2.json holds what llama-perplexity printed, and the commands.
The figures on f32.gguf and on quantised files that were written as F32 again are near exact
arithmetic, and so is ours on the quantised files: there we must agree closely. On the quantised
files themselves llama.cpp rounds activations to 8 bits, which raises this model's perplexity by
0.4 to 0.5 %, and by other amounts in other CPU builds of it (Q4_K_M: 0.5 to 0.8 %).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from divergence import log_softmax
from llama_cpp import ENVIRONMENT, LlamaCpp, folder, quantize

from dequantize import dequantize
from qwen3lite import Model, _core
from qwen3lite.evaluate import SavedLogits, kl_divergence, perplexity
from qwen3lite.sources import locate

pytestmark = pytest.mark.skipif(folder() is None, reason=f"{ENVIRONMENT} names no llama.cpp")

TESTS = Path(__file__).parents[1]
GOLDEN = json.loads((TESTS / "goldens" / "llama-perplexity-smollm2.json").read_text())
RUNS: dict[str, dict[str, float]] = {name: run["figures"] for name, run in GOLDEN["runs"].items()}
TEXT = (TESTS / "texts" / "evaluation.txt").read_text().removesuffix("\n")
N_WINDOWS: int = GOLDEN["n_windows"]
N_EARLY = 8  # windows of what llama.cpp computes here on quantised files
N_LIVE = 4  # and on F32 ones
QUANTISED = ("q4_1", "q8_0", "q4_k_m")

EXACT = 2e-4  # relative, of perplexities where no side rounds
ON_THE_FILE = 5e-3  # where llama.cpp rounds, against the build that was recorded
ON_ANY_CPU = 1e-2  # and against whichever build runs here
STATISTIC = 1e-2
DIGIT = 1e-6  # what the tool prints

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Files:
    """SmolLM2's files by type, and F32 predictions of the text as our eval saved them."""

    directory: Path

    def path(self, name: str) -> Path:
        return locate("smollm2") if name == "q4_1" else self.directory / f"{name}.gguf"

    def model(self, name: str) -> Model:
        # A cache of halves is noise too: a few near-ties fall otherwise on each instruction set.
        return Model(self.path(name), n_ctx=512, kv_type="f32")

    @property
    def saved(self) -> Path:
        return self.directory / "f32.logits"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    made = Files(tmp_path_factory.mktemp("smollm2"))
    dequantize(made.path("q4_1"), made.path("f32"))
    for name in ("q8_0", "q4_k_m"):
        quantize(made.path("f32"), made.path(name), name.upper())
    dequantize(made.path("q4_k_m"), made.path("q4_k_m-as-f32"))
    return made


@pytest.fixture(scope="module")
def found(files: Files) -> dict[str, dict[str, float]]:
    """Our figures under the names of the recorded runs; "early" is what N_EARLY windows gave."""
    runs: dict[str, dict[str, float]] = {}
    so_far: dict[int, float] = {}

    def progress(done: int, total: int, value: float) -> None:
        so_far[done] = value

    options: dict[str, Any] = {"n_ctx": 512, "max_windows": N_WINDOWS, "progress": progress}
    for name, saved in (("f32", files.saved), ("q4_1", None)):
        result = perplexity(files.model(name), TEXT, save_logits=saved, **options)
        runs[f"ppl {name}"] = asdict(result) | {"early": so_far[N_EARLY]}
    for name in ("q8_0", "q4_k_m"):
        kl = kl_divergence(SavedLogits(files.saved), files.model(name), TEXT, **options)
        runs[f"ppl {name}"] = runs[f"kl {name}"] = asdict(kl) | {"early": so_far[N_EARLY]}
    return runs


exact_row = pytest.mark.skipif(
    _core.isa() == "amx", reason="tiles take prompts as bf16: run this file with Q3L_ISA=avx512"
)


def peer_scores(path: Path, kv_type: str, n_windows: int) -> Iterator[tuple[int, Floats]]:
    """llama.cpp's ln p after each token of the windows' second halves, and the token that comes."""
    with LlamaCpp(path, n_ctx=512, kv_type=kv_type) as peer:
        ids = peer.tokenize(TEXT, parse_special=False)
        for start in range(0, 512 * n_windows, 512):
            log_p = log_softmax(peer.logits(ids[start : start + 512])[256:511])
            yield from zip(ids[start + 257 : start + 512], log_p, strict=True)


def test_the_text_is_the_one_that_was_measured() -> None:
    content = (TESTS / "texts" / "evaluation.txt").read_bytes()
    assert hashlib.sha256(content).hexdigest() == GOLDEN["text"]["sha256"]


@pytest.mark.parametrize("name", QUANTISED)
def test_perplexity_of_the_file_itself(name: str, found: dict[str, dict[str, float]]) -> None:
    ours, tool = found[f"ppl {name}"], RUNS[f"ppl {name}"]
    assert ours["n_scored"] >= 4000
    assert ours["perplexity"] == pytest.approx(tool["perplexity"], rel=ON_THE_FILE)
    assert ours["perplexity_error"] == pytest.approx(tool["perplexity_error"], rel=STATISTIC)


@exact_row
@pytest.mark.parametrize("name", ["f32", *QUANTISED])
def test_perplexity_of_the_exact_weights(name: str, found: dict[str, dict[str, float]]) -> None:
    tool = RUNS["ppl f32" if name in ("f32", "q4_1") else f"kl {name}"]
    ours = found[f"ppl {name}"]
    assert ours["perplexity"] == pytest.approx(tool["perplexity"], rel=EXACT)
    assert ours["perplexity_error"] == pytest.approx(tool["perplexity_error"], rel=1e-3)


@exact_row
@pytest.mark.parametrize("name", ["q8_0", "q4_k_m"])
def test_divergence_from_the_exact_weights(name: str, found: dict[str, dict[str, float]]) -> None:
    ours, tool = found[f"kl {name}"], RUNS[f"kl {name}"]
    for figure in ("mean_kl", "mean_kl_error", "median_kl", "p99_kl"):
        assert ours[figure] == pytest.approx(tool[figure], rel=STATISTIC, abs=DIGIT), figure
    assert ours["max_kl"] == pytest.approx(tool["max_kl"], rel=0.1)  # of a single token
    assert ours["top1_agreement"] == pytest.approx(tool["top1_agreement"], abs=1e-3)
    assert ours["top1_agreement_error"] == pytest.approx(tool["top1_agreement_error"], abs=1e-4)
    assert ours["reference_perplexity"] == pytest.approx(tool["reference_perplexity"], rel=EXACT)
    assert ours["log_perplexity_ratio"] == pytest.approx(tool["log_perplexity_ratio"], abs=EXACT)
    assert ours["log_perplexity_ratio_error"] == pytest.approx(
        tool["log_perplexity_ratio_error"], rel=STATISTIC
    )


@pytest.mark.parametrize("name", QUANTISED)
def test_perplexity_against_the_library(
    name: str, files: Files, found: dict[str, dict[str, float]]
) -> None:
    nll = [-log_p[token] for token, log_p in peer_scores(files.path(name), "f16", N_EARLY)]
    assert found[f"ppl {name}"]["early"] == pytest.approx(np.exp(np.mean(nll)), rel=ON_ANY_CPU)


@exact_row
def test_divergence_against_the_library(files: Files, found: dict[str, dict[str, float]]) -> None:
    """Both models run, ours on the quantised weights, llama.cpp's on their exact values."""
    base = peer_scores(files.path("f32"), "f32", N_LIVE)
    other = peer_scores(files.path("q4_k_m-as-f32"), "f32", N_LIVE)
    rows = [
        ((np.exp(p) * (p - q)).sum(), p.argmax() == q.argmax(), -p[token], -q[token])
        for (token, p), (_, q) in zip(base, other, strict=True)
    ]
    kl, same, base_nll, other_nll = np.array(rows, np.float64).T

    exact, model = files.model("f32"), files.model("q4_k_m")
    ours = kl_divergence(exact, model, TEXT, max_windows=N_LIVE)
    assert ours.n_scored == len(kl)
    assert ours.mean_kl == pytest.approx(kl.mean(), rel=STATISTIC)
    assert ours.mean_kl_error == pytest.approx(kl.std(ddof=1) / len(kl) ** 0.5, rel=STATISTIC)
    assert ours.median_kl == pytest.approx(np.median(kl), rel=STATISTIC)
    assert ours.p99_kl == pytest.approx(np.percentile(kl, 99), rel=STATISTIC)
    assert ours.top1_agreement == pytest.approx(same.mean(), abs=3e-3)
    assert ours.reference_perplexity == pytest.approx(np.exp(base_nll.mean()), rel=EXACT)
    assert ours.perplexity == pytest.approx(np.exp(other_nll.mean()), rel=EXACT)

    saved = kl_divergence(SavedLogits(files.saved), model, TEXT, max_windows=N_LIVE)
    assert saved.mean_kl == pytest.approx(ours.mean_kl, rel=STATISTIC)
    assert saved.top1_agreement == pytest.approx(ours.top1_agreement, abs=2e-3)
