"""The keyword arguments of generate() and chat(). None, or nothing, leaves one to its default."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from . import _core
from .chat import Tools


class SamplingOptions(TypedDict, total=False):
    """How tokens are chosen."""

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


class GenerateOptions(SamplingOptions, total=False):
    """What generate() takes beside a prompt."""

    max_tokens: int | None
    stop: str | Sequence[str] | None  # the text ends before the first of these


class ChatOptions(GenerateOptions, total=False):
    """What chat() takes beside messages."""

    enable_thinking: bool | None  # the template's
    tools: Tools | None  # JSON schemas


def given(options: Mapping[str, Any], kind: type[GenerateOptions]) -> dict[str, Any]:
    """Those that are not None. Throws TypeError for an option that there is not."""
    if unknown := sorted(options.keys() - kind.__annotations__.keys()):
        raise TypeError(f"there is no option {unknown[0]!r}")
    return {name: value for name, value in options.items() if value is not None}


def sampler_params(
    options: Mapping[str, Any], defaults: Mapping[str, float], n_vocab: int
) -> _core.SamplerParams:
    """Of the given options those that say how tokens are chosen."""
    names = SamplingOptions.__annotations__.keys() & options.keys()
    chosen: dict[str, Any] = {**defaults, **{name: options[name] for name in names}}
    if "top_k" in chosen:
        chosen["top_k"] = min(chosen["top_k"], n_vocab)
    if "logprobs" in chosen:
        chosen["n_logprobs"] = min(chosen.pop("logprobs"), n_vocab)
    if "seed" not in chosen:
        chosen["seed"] = int.from_bytes(os.urandom(8), "little")
    chosen["seed"] %= 1 << 64
    return _core.SamplerParams(**chosen)


def stop_strings(options: Mapping[str, Any]) -> list[str]:
    """The strings that end a text."""
    stop = options.get("stop", ())
    return [stop] if isinstance(stop, str) else list(stop)
