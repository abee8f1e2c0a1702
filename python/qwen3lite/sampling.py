"""How tokens are chosen: the keyword arguments that generate() and chat() share."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, TypedDict

from . import _core


class SamplingOptions(TypedDict, total=False):
    """None, or nothing, leaves an option to the method's default."""

    temperature: float | None  # 0 takes the likeliest token each time
    # Filters, in this order. Neutral: 0, 1.0, 0.0.
    top_k: int | None
    top_p: float | None
    min_p: float | None
    seed: int | None  # by default another one each time
    # Divides positive logits, and multiplies others, of tokens in the prompt or generated.
    repetition_penalty: float | None
    # Taken from logits of generated tokens, from -2 to 2: for each time, and once.
    frequency_penalty: float | None
    presence_penalty: float | None
    logit_bias: Mapping[int, float] | None  # added to the logits of these ids
    # Report log-probabilities, and those of so many of the likeliest tokens.
    logprobs: int | None


def sampler_params(
    options: SamplingOptions, defaults: Mapping[str, float], n_vocab: int
) -> _core.SamplerParams:
    """Throws TypeError for an option that there is not."""
    if unknown := sorted(options.keys() - SamplingOptions.__annotations__.keys()):
        raise TypeError(f"there is no option {unknown[0]!r}")
    given = {name: value for name, value in options.items() if value is not None}
    chosen: dict[str, Any] = {**defaults, **given}
    if "top_k" in chosen:
        chosen["top_k"] = min(chosen["top_k"], n_vocab)
    if "logprobs" in chosen:
        chosen["n_logprobs"] = min(chosen.pop("logprobs"), n_vocab)
    if "seed" not in chosen:
        chosen["seed"] = int.from_bytes(os.urandom(8), "little")
    chosen["seed"] %= 1 << 64
    return _core.SamplerParams(**chosen)
