"""From logits to scores per token, in float64, by blocks of rows that fit a core's cache."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

BLOCK_VALUES = 1 << 18  # of a block: 2 MB as float64

Logits = npt.NDArray[np.float32]  # [n, n_vocab]
LogProbs = npt.NDArray[np.float64]  # [n, n_vocab], in nats
Values = npt.NDArray[np.float64]  # [n], one per scored token
Tokens = npt.NDArray[np.integer]


class Distributions(Protocol):
    """A reference's predictions of one window's scored tokens."""

    floor: float  # tokens that are no likelier, in nats, have no part in a divergence

    def log_probs(self, rows: slice) -> LogProbs: ...


@dataclass(frozen=True)
class Comparison:
    """Per scored token, [n]: how a model's prediction differs from a reference's."""

    nll: Values  # -ln of the probability of the text's token
    reference_nll: Values
    kl: Values  # sum of p (ln p - ln q) in nats; p the reference's probabilities, q the model's
    same_top: Values  # 1 where both think the same token likeliest, else 0

    @staticmethod
    def joined(parts: list[Comparison]) -> Comparison:
        return Comparison(
            np.concatenate([part.nll for part in parts]),
            np.concatenate([part.reference_nll for part in parts]),
            np.concatenate([part.kl for part in parts]),
            np.concatenate([part.same_top for part in parts]),
        )


class LiveDistributions:
    """The predictions of a reference that has just been run."""

    floor = -math.inf

    def __init__(self, logits: Logits) -> None:
        self._logits = logits

    def log_probs(self, rows: slice) -> LogProbs:
        return log_softmax(self._logits[rows])


def blocks(n_rows: int, n_vocab: int) -> Iterator[slice]:
    """All rows, block by block."""
    step = max(1, BLOCK_VALUES // n_vocab)
    for first in range(0, n_rows, step):
        yield slice(first, min(first + step, n_rows))


def log_softmax(logits: Logits) -> LogProbs:
    x: LogProbs = np.subtract(logits, logits.max(1, keepdims=True), dtype=np.float64)
    x -= np.log(np.exp(x).sum(1, keepdims=True))
    return x


def negative_log_likelihoods(logits: Logits, targets: Tokens) -> Values:
    """-ln of each target's probability, in nats."""
    result = np.empty(len(targets))
    for rows in blocks(*logits.shape):
        result[rows] = -_of(log_softmax(logits[rows]), targets[rows])
    return result


def compare(reference: Distributions, logits: Logits, targets: Tokens) -> Comparison:
    n = len(targets)
    result = Comparison(np.empty(n), np.empty(n), np.empty(n), np.empty(n))
    for rows in blocks(*logits.shape):
        log_p, log_q = reference.log_probs(rows), log_softmax(logits[rows])
        result.nll[rows] = -_of(log_q, targets[rows])
        result.reference_nll[rows] = -_of(log_p, targets[rows])
        result.same_top[rows] = log_p.argmax(1) == log_q.argmax(1)
        p = np.where(log_p > reference.floor, np.exp(log_p), 0)
        result.kl[rows] = (p * (log_p - log_q)).sum(1)
    return result


def standard_error(values: Values) -> float:
    """Of the mean of `values`."""
    return float(values.std(ddof=1)) / math.sqrt(len(values))


def _of(log_probs: LogProbs, targets: Tokens) -> Values:
    chosen: Values = np.take_along_axis(log_probs, targets[:, None], 1)[:, 0]
    return chosen
