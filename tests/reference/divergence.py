"""How far one model's predictions are from another's, in nats."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Logits = npt.NDArray[np.float32]


def log_softmax(logits: Logits) -> npt.NDArray[np.float64]:
    """Logarithms of probabilities, float64 of the same shape [n, n_vocab]."""
    x = logits.astype(np.float64)
    x -= x.max(1, keepdims=True)
    x -= np.log(np.exp(x).sum(1, keepdims=True))
    return x


def kl(p: Logits, q: Logits) -> npt.NDArray[np.float64]:
    """Each row's sum(p log(p / q)) [n], of logits [n, n_vocab]; p is the truth."""
    log_p, log_q = log_softmax(p), log_softmax(q)
    divergence: npt.NDArray[np.float64] = (np.exp(log_p) * (log_p - log_q)).sum(1)
    return divergence


def mean_kl(p: Logits, q: Logits) -> float:
    return float(kl(p, q).mean())
