"""What a model's methods return."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Literal, TypeVar, cast

Piece = TypeVar("Piece")
Result = TypeVar("Result")

FinishReason = Literal["stop", "length"]  # the model or a stop string ended it; max_tokens or n_ctx


@dataclass(frozen=True)
class Timings:
    """Token counts and wall-clock seconds.

    The first generated token comes with the prompt's last step. Every other one counts as a decode
    step, and so does the token that ends the turn, which does not count as generated. `n_reused`
    prompt tokens were computed before; `queue_seconds` passed before anything was computed. Of
    `n_drafted` tokens that were guessed and computed in the steps of others, `n_accepted` came.
    """

    n_prompt: int
    n_generated: int
    prompt_seconds: float
    n_decode_steps: int
    decode_seconds: float
    n_reused: int = 0
    queue_seconds: float = 0.0
    n_drafted: int = 0
    n_accepted: int = 0

    @property
    def prompt_rate(self) -> float:
        """Prompt tokens that were computed, per second."""
        return (self.n_prompt - self.n_reused) / max(self.prompt_seconds, 1e-9)

    @property
    def decode_rate(self) -> float:
        """Tokens per second behind the first; 0 when there was none."""
        return self.n_decode_steps / max(self.decode_seconds, 1e-9)


@dataclass(frozen=True)
class TokenLogprob:
    """A token and the natural logarithm of the probability that the model gives it."""

    token_id: int
    logprob: float


@dataclass(frozen=True)
class TokenLogprobs(TokenLogprob):
    """The same of a generated token, with the likeliest tokens in its place, in that order."""

    top: list[TokenLogprob]


@dataclass(frozen=True)
class Completion:
    """A completed prompt. `token_ids`, and so `logprobs`, which has an entry for each where they
    were asked for, leaves out the token by which the model ended the text."""

    text: str
    token_ids: list[int] = field(repr=False)
    finish_reason: FinishReason
    timings: Timings
    logprobs: list[TokenLogprobs] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Message:
    """One turn of a chat; `reasoning_content` is what the model thought before it answered."""

    role: str
    content: str
    reasoning_content: str = ""


@dataclass(frozen=True)
class ChatPiece:
    """The next part of an answer while it streams; one of the two is usually empty."""

    content: str = ""
    reasoning_content: str = ""


@dataclass(frozen=True)
class ChatCompletion:
    """An answer. Its message may be appended to the messages of the next call. `logprobs`: of its
    tokens, thoughts included, where they were asked for."""

    message: Message
    finish_reason: FinishReason
    timings: Timings
    logprobs: list[TokenLogprobs] | None = field(default=None, repr=False)


def consume(
    pieces: Generator[Piece, None, Result], show: Callable[[Piece], None] | None = None
) -> Result:
    """Runs a stream to its end, shows its pieces, and gives what it returns."""
    while True:
        try:
            piece = next(pieces)
        except StopIteration as end:
            return cast(Result, end.value)
        if show is not None:
            show(piece)
