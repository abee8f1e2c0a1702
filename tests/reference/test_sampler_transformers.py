"""The sampler against the logits processors of transformers: the same tokens are left, with the
same probabilities, and the repetition penalty makes the same logits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from transformers import (
    LogitsProcessor,
    LogitsProcessorList,
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from qwen3lite import _core

N_VOCAB = 151_936
WARPERS = {"top_k": TopKLogitsWarper, "top_p": TopPLogitsWarper, "min_p": MinPLogitsWarper}


def random_logits(spread: float) -> torch.Tensor:
    random = np.random.default_rng(4)
    return torch.from_numpy(random.normal(0, spread, (1, N_VOCAB)).astype(np.float32))


def warped(logits: torch.Tensor, temperature: float, **filters: Any) -> torch.Tensor:
    """Probabilities, in float64: transformers would sum 150,000 of them in float32."""
    chain: list[LogitsProcessor] = [TemperatureLogitsWarper(temperature)]
    chain += [WARPERS[name](value) for name, value in filters.items()]
    empty = torch.zeros((1, 0), dtype=torch.long)
    return LogitsProcessorList(chain)(empty, logits.double()).softmax(-1)[0]


@pytest.mark.parametrize(
    "filters",
    [
        {"top_k": 20},
        {"top_p": 0.9},
        {"min_p": 0.03},
        {"top_k": 20, "top_p": 0.95},
        {"top_k": 500, "top_p": 0.8, "min_p": 0.02},
    ],
    ids=str,
)
@pytest.mark.parametrize("spread", [1.0, 3.0])
@pytest.mark.parametrize("temperature", [0.6, 1.2])
def test_the_same_tokens_are_left(
    temperature: float, spread: float, filters: dict[str, Any]
) -> None:
    logits = random_logits(spread)
    expected = warped(logits, temperature, **filters)
    params = _core.SamplerParams(temperature=temperature, **filters)
    tokens = _core.shortlist("", logits[0].numpy(), params)
    ids = [token for token, _ in tokens]
    masses = np.array([mass for _, mass in tokens], np.float64)
    support = expected.nonzero()[:, 0].tolist()
    # Where tens of thousands are left, the last one's side may hang on rounding.
    assert len(set(ids) ^ set(support)) <= len(support) // 10_000
    np.testing.assert_allclose(masses / masses.sum(), expected[ids].numpy(), rtol=1e-5, atol=1e-9)


def test_the_repetition_penalty_is_the_same() -> None:
    logits = random_logits(3.0)
    prompt = [int(i) for i in np.random.default_rng(5).integers(0, N_VOCAB, 400)]
    sampler = _core.Sampler(_core.SamplerParams(repetition_penalty=1.7), N_VOCAB, prompt)
    penalty = RepetitionPenaltyLogitsProcessor(1.7)
    tokens = list(prompt)
    for _ in range(20):
        row = logits[0].numpy().copy()
        token, _, _ = sampler.sample(row)
        expected = penalty(torch.tensor([tokens]), logits.clone())[0]
        np.testing.assert_allclose(row, expected.numpy(), rtol=1e-6)
        assert token == int(expected.argmax())
        tokens.append(token)
