"""The sampler against an independent one in NumPy's float64: which tokens the filters leave and how
likely each is, what bias, penalties and masks make of logits, and log-probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from qwen3lite import _core

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

N_VOCAB = 5003  # no whole number of blocks or mask words
SPREADS = (0.3, 3.0, 9.0)  # from all tokens about equally likely to one certain
FILTERS: list[dict[str, Any]] = [
    {"top_k": 1},
    {"top_k": 20},
    {"top_k": 700},  # more than there are blocks
    {"top_p": 0.3},
    {"top_p": 0.95},
    {"top_p": 0.999},
    {"min_p": 0.05},
    {"min_p": 1e-6},
    {"min_p": 1.0},
    {"top_k": 50, "top_p": 0.8},
    {"top_k": 50, "top_p": 0.9, "min_p": 0.1},
    {"top_p": 0.9, "min_p": 0.02},
]


def random_logits(spread: float, seed: int = 1) -> Floats:
    return np.random.default_rng(seed).normal(0, spread, N_VOCAB).astype(np.float32)


def softmax(x: Doubles) -> Doubles:
    powers = np.exp(x - x.max())
    result: Doubles = powers / powers.sum()
    return result


def filtered(
    logits: Floats, temperature: float, top_k: int = 0, top_p: float = 1.0, min_p: float = 0.0
) -> tuple[dict[int, float], float]:
    """Probabilities of the tokens that are left, and how near the nearest was to the other side of
    a border, as a share of all."""
    scaled = logits.astype(np.float64) / temperature
    order = np.argsort(-scaled, kind="stable")
    margin = 1.0
    if top_k:
        order = order[:top_k]
    probabilities = softmax(scaled[order])
    if top_p < 1:
        before = np.cumsum(probabilities) - probabilities
        margin = min(margin, float(np.abs(before - np.float32(top_p)).min()))
        n = int((before < np.float32(top_p)).sum())
        order, probabilities = order[:n], probabilities[:n]
    relative = probabilities / probabilities[0]
    least = float(np.float32(min_p))
    if min_p:
        margin = min(margin, float(np.abs(relative / least - 1)[1:].min(initial=1.0)))
    probabilities = probabilities[relative >= least]
    order = order[: len(probabilities)]
    shares = probabilities / probabilities.sum()
    return dict(zip(order.tolist(), shares.tolist(), strict=True)), margin


def shortlist(isa: str, logits: Floats, **options: Any) -> dict[int, float]:
    tokens = _core.shortlist(isa, logits, _core.SamplerParams(**options))
    total = sum(mass for _, mass in tokens)
    return {token: mass / total for token, mass in tokens if mass > 0}


@pytest.mark.parametrize("options", FILTERS, ids=str)
@pytest.mark.parametrize("spread", SPREADS)
@pytest.mark.parametrize("temperature", [0.6, 1.0, 1.7])
def test_filters_leave_the_right_tokens_as_likely_as_they_are(
    temperature: float, spread: float, options: dict[str, Any]
) -> None:
    logits = random_logits(spread)
    expected, margin = filtered(logits, temperature, **options)
    left = shortlist("", logits, temperature=temperature, **options)
    smallest = 1e-12  # below which a token may have no mass at all
    assert left.keys() <= expected.keys()
    missing = expected.keys() - left.keys()
    allowed = smallest if margin > 1e-6 else 1e-4  # rounding decides who is last
    assert sum(expected[token] for token in missing) <= allowed * (len(missing) + 1)
    for token, share in left.items():
        assert share == pytest.approx(expected[token], rel=3e-6, abs=smallest)


@pytest.mark.parametrize("options", FILTERS, ids=str)
def test_every_instruction_set_leaves_the_same(options: dict[str, Any]) -> None:
    logits = random_logits(2.0)
    params = _core.SamplerParams(temperature=0.9, **options)
    lists = [sorted(_core.shortlist(isa, logits, params)) for isa in _core.available_isas()]
    assert all(tokens == lists[0] for tokens in lists)


def test_equal_tokens_are_taken_in_order() -> None:
    logits = np.zeros(N_VOCAB, np.float32)
    assert sorted(shortlist("", logits, temperature=1.0, top_k=300)) == list(range(300))
    left = shortlist("", logits, temperature=1.0, top_p=0.25)
    assert sorted(left) == list(range(len(left)))
    assert len(left) == np.ceil(N_VOCAB / 4)


def draws(n: int, logits: Floats, **options: Any) -> npt.NDArray[np.int64]:
    """How often each token came of n draws."""
    sampler = _core.Sampler(_core.SamplerParams(**options), len(logits))
    ids = [sampler.sample(logits.copy())[0] for _ in range(n)]
    return np.bincount(ids, minlength=len(logits))


@pytest.mark.parametrize(
    "options", [{}, {"top_k": 6}, {"top_p": 0.9}, {"min_p": 0.05}, {"top_k": 9, "top_p": 0.8}]
)
def test_tokens_are_drawn_as_often_as_they_are_likely(options: dict[str, Any]) -> None:
    n = 20_000
    logits = random_logits(1.5)[:600]
    expected, _ = filtered(logits, 0.7, **options)
    probabilities = np.zeros(len(logits))
    probabilities[list(expected)] = list(expected.values())
    counts = draws(n, logits, temperature=0.7, seed=11, **options)
    assert (counts[probabilities == 0] == 0).all()
    left = probabilities[probabilities > 0]
    chi_square = ((counts[probabilities > 0] - n * left) ** 2 / (n * left)).sum()
    freedom = max(1, len(left) - 1)
    assert chi_square < freedom + 5 * np.sqrt(2 * freedom)


def adjusted(logits: Floats, prompt: list[int], generated: list[int], **p: Any) -> Doubles:
    x = logits.astype(np.float64)
    for token, bias in p["logit_bias"].items():
        x[token] += bias
    for token in {*prompt, *generated}:
        penalty = p["repetition_penalty"]
        x[token] = x[token] / penalty if x[token] > 0 else x[token] * penalty
    for token in set(generated):
        x[token] -= generated.count(token) * p["frequency_penalty"] + p["presence_penalty"]
    return x


def test_bias_penalties_and_mask_change_their_tokens_alone() -> None:
    options: dict[str, Any] = {
        "logit_bias": {3: 2.5, 9: -40.0, 4999: 8.0},
        "repetition_penalty": 1.3,
        "frequency_penalty": 0.4,
        "presence_penalty": -0.7,
    }
    random = np.random.default_rng(2)
    prompt = [int(i) for i in random.integers(0, N_VOCAB, 300)]
    params = _core.SamplerParams(temperature=0.8, top_k=5, seed=1, n_logprobs=3, **options)
    sampler = _core.Sampler(params, N_VOCAB, prompt)
    generated: list[int] = []
    for step in range(60):
        raw = random_logits(3.0, seed=step % 4)
        allowed = random.random(N_VOCAB) < 0.5
        mask = np.packbits(np.append(allowed, np.ones(21, bool)), bitorder="little").view(np.uint32)
        row = raw.copy()
        token, logprob, top = sampler.sample(row, mask)
        expected = adjusted(raw, prompt, generated, **options)
        np.testing.assert_allclose(row[allowed], expected[allowed], rtol=1e-5, atol=1e-5)
        assert (row[~allowed] == -np.inf).all()
        unchanged = np.ones(N_VOCAB, bool)
        unchanged[[*prompt, *generated, *options["logit_bias"]]] = False
        assert (row[unchanged & allowed] == raw[unchanged & allowed]).all()
        assert token in np.argsort(-row)[:5]
        check_logprobs(raw, token, logprob, top)
        generated.append(token)
    assert max(map(generated.count, generated)) > 2


def check_logprobs(raw: Floats, token: int, logprob: float, top: list[tuple[int, float]]) -> None:
    exact = np.log(softmax(raw.astype(np.float64)))
    assert logprob == pytest.approx(exact[token], abs=1e-5)
    order = np.argsort(-raw, kind="stable")[: len(top)]
    assert [i for i, _ in top] == order.tolist()
    np.testing.assert_allclose([value for _, value in top], exact[order], rtol=0, atol=1e-5)


@pytest.mark.parametrize("n_vocab", [1, 31, 4096, 151_936])
@pytest.mark.parametrize("spread", [0.0, 1.0, 6.0])
@pytest.mark.parametrize("n", [0, 1, 20, 2000])
def test_log_probabilities_are_exact(n_vocab: int, spread: float, n: int) -> None:
    raw = np.random.default_rng(3).normal(5, spread, n_vocab).astype(np.float32)
    sampler = _core.Sampler(_core.SamplerParams(temperature=1.5, n_logprobs=n), n_vocab)
    token, logprob, top = sampler.sample(raw.copy())
    assert len(top) == min(n, n_vocab)
    check_logprobs(raw, token, logprob, top)
