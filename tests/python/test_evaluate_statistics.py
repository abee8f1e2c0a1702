"""Scores per token and their summary, against plain loops in float64."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from qwen3lite.evaluate import statistics
from qwen3lite.evaluate.evaluation import _perplexity, _summary
from qwen3lite.evaluate.statistics import (
    Comparison,
    LiveDistributions,
    Logits,
    blocks,
    compare,
    negative_log_likelihoods,
    standard_error,
)

N_ROWS, N_VOCAB = 23, 37
TARGETS = np.random.default_rng(5).integers(0, N_VOCAB, N_ROWS)


def random_logits(seed: int, scale: float = 3, offset: float = 0) -> Logits:
    values = np.random.default_rng(seed).normal(offset, scale, (N_ROWS, N_VOCAB))
    return values.astype(np.float32)


def log_probs(row: Sequence[float]) -> list[float]:
    top = max(row)
    log_sum = math.log(math.fsum(math.exp(x - top) for x in row))
    return [x - top - log_sum for x in row]


@pytest.fixture(autouse=True, params=[1, 7 * N_VOCAB, 1 << 20], ids=["a row", "seven", "all"])
def small_blocks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """How many rows are computed at once must not matter."""
    monkeypatch.setattr(statistics, "BLOCK_VALUES", request.param)


def test_blocks_cover_all_rows_once() -> None:
    rows = [i for block in blocks(N_ROWS, N_VOCAB) for i in range(N_ROWS)[block]]
    assert rows == list(range(N_ROWS))


@pytest.mark.parametrize(("scale", "offset"), [(3, 0), (0.01, 0), (300, 0), (3, 1e4)])
def test_likelihoods_are_those_of_a_loop(scale: float, offset: float) -> None:
    logits = random_logits(1, scale, offset)
    expected = [
        -log_probs(row)[token] for row, token in zip(logits.tolist(), TARGETS.tolist(), strict=True)
    ]
    assert negative_log_likelihoods(logits, TARGETS) == pytest.approx(expected, rel=1e-12)


def test_a_comparison_is_that_of_a_loop() -> None:
    p_logits, q_logits = random_logits(2), random_logits(3)
    q_logits[::2] = p_logits[::2] + random_logits(4, 0.5)[::2]
    result = compare(LiveDistributions(p_logits), q_logits, TARGETS)
    for i, token in enumerate(TARGETS.tolist()):
        log_p, log_q = log_probs(p_logits[i].tolist()), log_probs(q_logits[i].tolist())
        kl = math.fsum(math.exp(a) * (a - b) for a, b in zip(log_p, log_q, strict=True))
        assert result.kl[i] == pytest.approx(kl, rel=1e-12)
        assert result.reference_nll[i] == pytest.approx(-log_p[token], rel=1e-12)
        assert result.nll[i] == pytest.approx(-log_q[token], rel=1e-12)
        assert result.same_top[i] == (log_p.index(max(log_p)) == log_q.index(max(log_q)))
    assert 0 < result.same_top.sum() < N_ROWS
    assert result.kl.min() > 0


def test_no_divergence_from_itself() -> None:
    logits = random_logits(6)
    result = compare(LiveDistributions(logits), logits.copy(), TARGETS)
    assert not result.kl.any()
    assert result.same_top.all()
    assert (result.nll == result.reference_nll).all()


def test_unlikely_tokens_of_the_reference_may_be_left_out() -> None:
    class Cut(LiveDistributions):
        floor = -4.0

    p_logits, q_logits = random_logits(2), random_logits(3)
    result = compare(Cut(p_logits), q_logits, TARGETS)
    for i in range(N_ROWS):
        pairs = zip(log_probs(p_logits[i].tolist()), log_probs(q_logits[i].tolist()), strict=True)
        kl = math.fsum(math.exp(a) * (a - b) for a, b in pairs if a > -4)
        assert result.kl[i] == pytest.approx(kl, rel=1e-12)


def mean_and_error(values: Sequence[float]) -> tuple[float, float]:
    """From sums of values and squares, as llama.cpp does it."""
    n = len(values)
    mean = math.fsum(values) / n
    return mean, math.sqrt((math.fsum(v * v for v in values) / n - mean * mean) / (n - 1))


def test_perplexity_and_its_error() -> None:
    nll = np.random.default_rng(7).gamma(2, 1, 50)
    mean, error = mean_and_error(nll.tolist())
    assert standard_error(nll) == pytest.approx(error, rel=1e-9)
    expected = (math.exp(mean), math.exp(mean) * error)
    assert _perplexity(nll) == pytest.approx(expected, rel=1e-9)


def test_a_summary_is_that_of_loops() -> None:
    rng = np.random.default_rng(8)
    n = 130
    nll = rng.gamma(2, 1, n)
    same_top = rng.binomial(1, 0.8, n).astype(np.float64)
    tokens = Comparison(nll, nll + rng.normal(0, 0.1, n), rng.gamma(1, 0.1, n), same_top)
    extent = {"n_scored": n, "n_windows": 2, "n_ctx": 131, "seconds": 2.0}
    found = _summary(tokens, extent)

    ordered = sorted(tokens.kl.tolist())
    assert (found.mean_kl, found.mean_kl_error) == pytest.approx(mean_and_error(ordered))
    assert found.median_kl == pytest.approx((ordered[64] + ordered[65]) / 2)
    assert found.p99_kl == pytest.approx(ordered[127] + 0.71 * (ordered[128] - ordered[127]))
    assert found.max_kl == ordered[-1]

    share = sum(tokens.same_top.tolist()) / n
    assert found.top1_agreement == pytest.approx(share)
    assert found.top1_agreement_error == pytest.approx(math.sqrt(share * (1 - share) / (n - 1)))

    pairs = list(zip(tokens.nll.tolist(), tokens.reference_nll.tolist(), strict=True))
    (a, a_error), (b, b_error) = (mean_and_error(v) for v in zip(*pairs, strict=True))
    covariance = (math.fsum(x * y for x, y in pairs) / n - a * b) / (n - 1)
    assert found.perplexity == pytest.approx(math.exp(a))
    assert found.perplexity_error == pytest.approx(math.exp(a) * a_error)
    assert found.reference_perplexity == pytest.approx(math.exp(b))
    assert found.reference_perplexity_error == pytest.approx(math.exp(b) * b_error)
    assert found.log_perplexity_ratio == pytest.approx(a - b)
    assert found.log_perplexity_ratio_error == pytest.approx(
        math.sqrt(a_error**2 + b_error**2 - 2 * covariance)
    )
    assert (found.n_scored, found.rate) == (n, 131)
