"""The keyword arguments of generate() and chat(). None, or nothing, leaves one to its default."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypedDict

from .chat import Tools

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


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
    slide: bool | None  # False; go on when the context is full, without what came first
    priority: int | None  # 0; of the requests that wait, a higher one goes first


class ChatOptions(GenerateOptions, total=False):
    """What chat() takes beside messages."""

    enable_thinking: bool | None  # the template's
    tools: Tools | None  # JSON schemas


def given(options: Mapping[str, Any], kind: type[GenerateOptions]) -> dict[str, Any]:
    """Those that are not None. Throws TypeError for an option that there is not."""
    if unknown := sorted(options.keys() - kind.__annotations__.keys()):
        raise TypeError(f"there is no option {unknown[0]!r}")
    return {name: value for name, value in options.items() if value is not None}
