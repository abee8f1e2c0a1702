"""The keyword arguments of generate() and chat(). None, or nothing, leaves one to its default."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypedDict

from . import _core
from .chat import Tools

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from .model import Model


class TokenMask(Protocol):
    """Decides which tokens one request may have: a grammar, a JSON schema, a list of choices.

    The engine's thread calls the two methods in turn, once for each token, and all requests wait
    for them. They must not wait for another request of the same model. What they raise ends the
    request, and is raised where its text is waited for.
    """

    def fill_bitmask(self, bitmask: npt.NDArray[np.uint32]) -> bool | None:
        """Sets bit i % 32 of word i // 32 for each token i that may come next.

        `bitmask`, [ceil(n_vocab / 32)], is all zeros, and valid during the call. False: any token
        may come.
        """

    def accept_token(self, token_id: int) -> bool | None:
        """Learns which token was chosen, also when it ends the text. False: the text ends here."""


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
    token_mask: TokenMask | None  # which tokens may come next, asked before each


class ChatOptions(GenerateOptions, total=False):
    """What chat() takes beside messages."""

    enable_thinking: bool | None  # the template's
    tools: Tools | None  # JSON schemas


def given(options: Mapping[str, Any], kind: type[GenerateOptions]) -> dict[str, Any]:
    """Those that are not None. Throws TypeError for an option that there is not."""
    if unknown := sorted(options.keys() - kind.__annotations__.keys()):
        raise TypeError(f"there is no option {unknown[0]!r}")
    return {name: value for name, value in options.items() if value is not None}


class Request(TypedDict):
    """What the core takes beside a prompt."""

    max_tokens: int
    sampling: _core.SamplerParams
    stop: list[str]
    token_mask: TokenMask | None


def request(
    options: Mapping[str, Any],
    model: Model,
    *,
    max_tokens: int,
    sampling: Mapping[str, float],
) -> Request:
    """What the given options mean, over these defaults."""
    stop = options.get("stop", ())
    return {
        "max_tokens": min(options.get("max_tokens", max_tokens), model.n_ctx),
        "sampling": _sampler_params(options, sampling, model.info.n_vocab),
        "stop": [stop] if isinstance(stop, str) else list(stop),
        "token_mask": options.get("token_mask"),
    }


def _sampler_params(
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
