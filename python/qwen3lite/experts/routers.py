"""A router's rows before any training: from examples of what each choice is for, or random.

What a router sees is the normed input x of its layer's network. Of a choice's examples the mean m
of x is taken, over all their tokens. Two choices are told apart best (Fisher's linear discriminant,
with the variances v of x within choices) by the sign of (m1 - m2) / v · (x - their midpoint).
Routers have no bias. So a row is the best direction (m - midpoint - a midpoint) / v, where a is
such that the midpoint of all means has the logit 0.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .. import _core
from ..chat import bos_ids
from ..errors import InvalidArgumentError
from .choices import Choice
from .model_file import ModelFile

N_CTX = 4096  # tokens of an example, which is cut off there
MARGIN = 4.0  # of a choice's logit over the others' mean, at its examples' mean
SHRINKAGE = 0.1  # of variances towards their mean: no dimension is trusted much beyond the others
SPREAD = 0.02  # standard deviation of random rows


def initial_routers(
    base: ModelFile, choices: Sequence[Choice], count: int, seed: int
) -> npt.NDArray[np.float32]:
    """Rows of all layers' routers, float32 [n_layer, count, n_embd].

    Where any of the `choices` (all, or none) has examples, the base runs over them and rows send
    them to their choice; those of choices without examples are zeros. Else rows are small and
    random. Throws FileError, what opening the base throws, and InvalidArgumentError where there are
    no two choices with examples that differ.
    """
    taught = [i for i, choice in enumerate(choices) if choice.examples is not None]
    shape = (base.n_layer, count, base.n_embd)
    if not taught:
        rng = np.random.default_rng(seed)
        return (SPREAD * rng.standard_normal(shape)).astype(np.float32)
    if len(taught) < 2:
        raise InvalidArgumentError(
            f"only '{choices[taught[0]].name}' has examples; a router learns from those of two"
            " choices at least what tells them apart."
        )
    texts = [choices[i].texts() for i in taught]
    engine = _core.Engine(os.fsencode(base.path), n_threads=0, n_ctx=N_CTX, kv_type="f16")
    means, variances = _moments(engine, texts, (base.n_layer, base.n_embd))
    routers = np.zeros(shape, np.float32)
    for layer in range(base.n_layer):
        routers[layer, taught] = _rows(means[:, layer], variances[layer])
    if not np.all(np.isfinite(routers)):
        names = ", ".join(f"'{choices[i].name}'" for i in taught)
        raise InvalidArgumentError(
            f"the examples of {names} are all alike; give each choice its own."
        )
    return routers


def _rows(
    means: npt.NDArray[np.float64], variance: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Of means [choices, n_embd] and the variance within choices [n_embd]; NaN if means agree."""
    weights = 1 / (variance + SHRINKAGE * variance.mean())
    midpoint = means.mean(axis=0)
    away = means - midpoint
    along = (away * weights) @ midpoint / (midpoint * weights @ midpoint)
    rows: npt.NDArray[np.float64] = (away - np.outer(along, midpoint)) * weights
    logits = rows @ means.T  # [row, choice's mean]
    own = np.diag(logits)
    others = (logits.sum(axis=0) - own) / (len(means) - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        rows *= MARGIN / np.mean(own - others)
    return rows


def _moments(
    engine: _core.Engine, texts: Sequence[Sequence[str]], shape: tuple[int, int]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Means by choice [choices, n_layer, n_embd], variances within choices [n_layer, n_embd]."""
    start = bos_ids(engine.tokenizer)
    means = np.empty((len(texts), *shape))
    variances = np.zeros(shape)
    n_all = 0
    for mean, examples in zip(means, texts, strict=True):
        sums, squares = np.zeros(shape), np.zeros(shape)
        n = 0
        for text in examples:
            ids = [*start, *engine.tokenizer.encode(text)][:N_CTX]
            sums_here, squares_here = engine.feed_forward_inputs(ids)
            sums += sums_here
            squares += squares_here
            n += len(ids)
        mean[:] = sums / n
        variances += squares - n * mean**2
        n_all += n
    return means, np.maximum(variances, 0) / n_all
