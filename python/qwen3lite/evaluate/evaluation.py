"""Perplexity of a text, and divergence from a reference on it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np

from ..errors import InvalidArgumentError, ModelFormatError
from ..model import Model
from .saved_logits import SavedLogits, Writer, write
from .statistics import (
    Comparison,
    Distributions,
    LiveDistributions,
    Logits,
    Values,
    compare,
    negative_log_likelihoods,
    standard_error,
)
from .windows import Windows, cut

N_CTX = 512

Role = Literal["prompt", "generated"]
# Told after each window: windows done, windows in all, the model's perplexity so far.
Progress = Callable[[int, int, float], None]


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What was evaluated, and how long it took."""

    n_scored: int  # tokens whose prediction counts
    n_windows: int
    n_ctx: int  # tokens of a window
    seconds: float  # wall clock, without opening models

    @property
    def rate(self) -> float:
        """Tokens of the windows, scored or not, per second."""
        return self.n_windows * self.n_ctx / max(self.seconds, 1e-9)


@dataclass(frozen=True, kw_only=True)
class Perplexity(Evaluation):
    """How well a model predicts a text: exp of the mean of -ln p(token) over the scored tokens.

    The standard error is that of the mean, carried through exp to first order, as llama.cpp does.
    """

    perplexity: float
    perplexity_error: float


@dataclass(frozen=True, kw_only=True)
class KlDivergence(Evaluation):
    """How far a model's predictions are from a reference's, over the scored tokens.

    A token's divergence is sum(p (ln p - ln q)) over the vocabulary in nats, p being the
    reference's probabilities and q the model's. *_error is a figure's standard error.
    """

    mean_kl: float
    mean_kl_error: float
    median_kl: float
    p99_kl: float  # 99 % of the tokens have less
    max_kl: float
    top1_agreement: float  # share (0 to 1) of tokens where both think the same one likeliest
    top1_agreement_error: float
    perplexity: float  # the model's
    perplexity_error: float
    reference_perplexity: float
    reference_perplexity_error: float
    log_perplexity_ratio: float  # ln(perplexity / reference_perplexity)
    log_perplexity_ratio_error: float


def perplexity(
    model: Model,
    text: str,
    *,
    n_ctx: int = N_CTX,
    max_windows: int | None = None,
    role: Role = "prompt",
    save_logits: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
) -> Perplexity:
    """The model's perplexity of `text`, as llama.cpp's llama-perplexity computes it.

    The text is cut into windows of `n_ctx` tokens, `max_windows` at most, each a sequence of its
    own; the tokens of their second halves are scored. `role` chooses the kernels, as in
    Model.logits(). `save_logits` names a file that keeps the predictions, for SavedLogits and for
    llama.cpp.

    A window's scored logits are in memory at once: n_ctx / 2 * n_vocab * 4 bytes. Throws
    InvalidArgumentError (text too short, arguments out of range), ContextOverflowError where the
    model's n_ctx is less than a window, ModelFormatError where logits are not finite, FileError.
    """
    windows = _cut(model, text, n_ctx, max_windows)
    start = time.perf_counter()
    nll: list[Values] = []
    with _saving(save_logits, windows, model.info.n_vocab) as file:
        for i in range(len(windows)):
            logits = _logits(model, windows, i, role)
            nll.append(negative_log_likelihoods(logits, windows.targets(i)))
            if file is not None:
                file.add(logits)
            _report(progress, nll, len(windows))
    value, error = _perplexity(np.concatenate(nll))
    return Perplexity(perplexity=value, perplexity_error=error, **_extent(windows, start))


def kl_divergence(
    reference: Model | SavedLogits,
    model: Model,
    text: str,
    *,
    n_ctx: int | None = None,
    max_windows: int | None = None,
    role: Role = "prompt",
    progress: Progress | None = None,
) -> KlDivergence:
    """How far `model` is from `reference`, as llama-perplexity --kl-divergence computes it.

    Windows as in perplexity(); `n_ctx` None is 512, or what the saved file has. Without
    `max_windows`, all windows of the text or of the saved file. `role` is the model's: a reference
    that runs takes the kernels of prompts.

    Saved predictions are rounded and leave out tokens less likely than exp(-16), so that figures
    differ a little from those of the same reference run (docs/formats/saved_logits.md).

    Throws as perplexity(), InvalidArgumentError also where text, windows or vocabularies do not
    fit, ModelFormatError also for a damaged saved file.
    """
    distributions: Callable[[int], Distributions]
    if isinstance(reference, SavedLogits):
        windows = _saved_windows(reference, model, text, n_ctx, max_windows)
        distributions = reference.window
    else:
        windows = _common_windows(reference, model, text, n_ctx or N_CTX, max_windows)
        distributions = partial(_run, reference, windows)
    start = time.perf_counter()
    parts: list[Comparison] = []
    for i in range(len(windows)):
        logits = _logits(model, windows, i, role)
        parts.append(compare(distributions(i), logits, windows.targets(i)))
        _report(progress, [part.nll for part in parts], len(windows))
    return _summary(Comparison.joined(parts), _extent(windows, start))


def _cut(model: Model, text: str, n_ctx: int, max_windows: int | None) -> Windows:
    windows = cut(model, text, n_ctx)
    return windows if max_windows is None else windows.first(max_windows)


def _common_windows(
    reference: Model, model: Model, text: str, n_ctx: int, max_windows: int | None
) -> Windows:
    """The windows of both models, which must have one vocabulary."""
    _check_vocabulary(str(reference.path), reference.info.n_vocab, model)
    windows = _cut(model, text, n_ctx, max_windows)
    expected = _cut(reference, text, n_ctx, max_windows)
    if not np.array_equal(expected.tokens, windows.tokens):
        raise InvalidArgumentError(
            f"{reference.path} and {model.path} cut the text into different tokens;"
            " only models of one vocabulary can be compared."
        )
    return windows


def _saved_windows(
    saved: SavedLogits, model: Model, text: str, n_ctx: int | None, max_windows: int | None
) -> Windows:
    """The windows of a saved file, which must be those of the text."""
    _check_vocabulary(str(saved.path), saved.n_vocab, model)
    if n_ctx not in (None, saved.n_ctx):
        raise InvalidArgumentError(
            f"{saved.path}: has windows of {saved.n_ctx} tokens, not {n_ctx};"
            " leave the window's size to the file."
        )
    n = len(saved) if max_windows is None else max_windows
    if n > len(saved):
        raise InvalidArgumentError(f"{saved.path}: has {len(saved)} windows; ask for no more.")
    windows = cut(model, text, saved.n_ctx).first(n)
    if not np.array_equal(windows.tokens, saved.tokens[:n]):
        raise InvalidArgumentError(
            f"{saved.path}: was saved for other tokens than {model.path} makes of the text;"
            " pass the text and the tokenizer that it was saved with."
        )
    return windows


def _check_vocabulary(name: str, n_vocab: int, model: Model) -> None:
    if n_vocab != model.info.n_vocab:
        raise InvalidArgumentError(
            f"{name}: has a vocabulary of {n_vocab} tokens and {model.path} one of"
            f" {model.info.n_vocab}; only models of one vocabulary can be compared."
        )


def _saving(
    path: str | os.PathLike[str] | None, windows: Windows, n_vocab: int
) -> AbstractContextManager[Writer | None]:
    return nullcontext() if path is None else write(path, windows, n_vocab)


def _run(model: Model, windows: Windows, window: int) -> LiveDistributions:
    return LiveDistributions(_logits(model, windows, window, "prompt"))


def _logits(model: Model, windows: Windows, window: int, role: Role) -> Logits:
    """The rows that predict the window's scored tokens."""
    logits = model.logits(windows.inputs(window), role, windows.n_scored)
    if not np.isfinite(logits).all():
        raise ModelFormatError(
            f"{model.path}: logits in window {window} are not finite; its weights are damaged."
        )
    return logits


def _report(progress: Progress | None, nll: list[Values], n_windows: int) -> None:
    if progress is not None:
        progress(len(nll), n_windows, _perplexity(np.concatenate(nll))[0])


def _perplexity(nll: Values) -> tuple[float, float]:
    """The value and its standard error."""
    with np.errstate(over="ignore"):
        value = float(np.exp(nll.mean()))
    return value, value * standard_error(nll)


def _extent(windows: Windows, start: float) -> dict[str, Any]:
    """The fields of Evaluation, for what began at `start` on the performance counter."""
    return {
        "n_scored": len(windows) * windows.n_scored,
        "n_windows": len(windows),
        "n_ctx": windows.n_ctx,
        "seconds": time.perf_counter() - start,
    }


def _summary(tokens: Comparison, extent: dict[str, Any]) -> KlDivergence:
    model, reference = _perplexity(tokens.nll), _perplexity(tokens.reference_nll)
    median, p99 = np.percentile(tokens.kl, [50, 99])
    return KlDivergence(
        mean_kl=float(tokens.kl.mean()),
        mean_kl_error=standard_error(tokens.kl),
        median_kl=float(median),
        p99_kl=float(p99),
        max_kl=float(tokens.kl.max()),
        top1_agreement=float(tokens.same_top.mean()),
        top1_agreement_error=standard_error(tokens.same_top),
        perplexity=model[0],
        perplexity_error=model[1],
        reference_perplexity=reference[0],
        reference_perplexity_error=reference[1],
        log_perplexity_ratio=float((tokens.nll - tokens.reference_nll).mean()),
        log_perplexity_ratio_error=standard_error(tokens.nll - tokens.reference_nll),
        **extent,
    )
