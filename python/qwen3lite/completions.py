"""Completing texts and answering messages: what models and sessions have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Awaitable, Generator
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, cast, overload

from . import _core
from .chat import Messages
from .options import ChatOptions, GenerateOptions
from .prompts import Prompts
from .results import (
    ChatCompletion,
    ChatPiece,
    Completion,
    FinishReason,
    Message,
    Timings,
    TokenLogprob,
    TokenLogprobs,
    consume,
)
from .thinking import ThinkSplitter

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    from typing_extensions import Unpack

    from ._core import Ids


class Completions(ABC):
    """generate() and chat(), blocking, as iterators, and for asyncio.

    The methods for asyncio take what their namesakes take. A stream's request begins with the call.
    Cancelling a task, and closing a generator of either kind, ends the generation within a step.
    """

    def __init__(self, prompts: Prompts) -> None:
        self._prompts = prompts

    @abstractmethod
    def _start(self, request: _core.Request) -> _core.Generation: ...

    @overload
    def generate(
        self,
        prompt: str | Ids,
        *,
        stream: Literal[False] = ...,
        **options: Unpack[GenerateOptions],
    ) -> Completion: ...
    @overload
    def generate(
        self,
        prompt: str | Ids,
        *,
        stream: Literal[True],
        **options: Unpack[GenerateOptions],
    ) -> Generator[str, None, Completion]: ...
    def generate(
        self,
        prompt: str | Ids,
        *,
        stream: bool = False,
        **options: Unpack[GenerateOptions],
    ) -> Completion | Generator[str, None, Completion]:
        """Completes `prompt`: a text, in which special tokens count and to which BOS is added where
        the file asks for it, or ids that are taken as they are.

        It has at most max_tokens (256) and ends before the first of the stop strings. With
        `stream`, returns a generator of pieces that never split a character and join to the text;
        its return value is the Completion, and closing it ends the generation.

        Tokens are chosen by temperature (0.0, the likeliest each time), top_k (0: all), top_p
        (1.0), min_p (0.0), seed (random), repetition_penalty (1.0: over prompt and generated
        tokens, as in transformers), frequency_penalty and presence_penalty (0.0, from -2 to 2: over
        generated tokens, as OpenAI defines them), logit_bias (a dict of id to bias), logprobs
        (None, or how many of the likeliest tokens to report with the chosen one). They apply in the
        order bias, penalties, temperature, top-k, top-p, min-p. Log-probabilities are the model's
        own, before all of these. token_mask, an object with the methods of
        qwen3lite.options.TokenMask, says before each token which may come; it belongs to one
        request.

        A text ends where the context is full. With `slide`, what came first is left out instead,
        but for the system's message, so that half of the context is there, and the text goes on;
        so it is with a prompt that is too long.

        Throws ContextOverflowError for a prompt longer than n_ctx, InvalidArgumentError for
        arguments out of range, KeyboardInterrupt on Ctrl-C: the model remains usable.
        """
        pieces = _Pieces(*self._generate(prompt, options))
        return pieces if stream else consume(pieces)

    @overload
    def chat(
        self,
        messages: Messages,
        *,
        stream: Literal[False] = ...,
        **options: Unpack[ChatOptions],
    ) -> ChatCompletion: ...
    @overload
    def chat(
        self,
        messages: Messages,
        *,
        stream: Literal[True],
        **options: Unpack[ChatOptions],
    ) -> Generator[ChatPiece, None, ChatCompletion]: ...
    def chat(
        self,
        messages: Messages,
        *,
        stream: bool = False,
        **options: Unpack[ChatOptions],
    ) -> ChatCompletion | Generator[ChatPiece, None, ChatCompletion]:
        """The model's next answer to `messages`, through the file's chat template.

        A message is a dict with "role" ("system", "user", "assistant", "tool") and "content", and
        whatever else the template knows, or the Message of an earlier answer. Special tokens that
        its text spells stay text. enable_thinking and tools (JSON schemas) are the template's. What
        the model thinks is told from what it answers.

        Other options are generate()'s. Left out, max_tokens is what the context has room for, and
        tokens are chosen as the model was published, else by temperature 0.6, top-p 0.95, top-k 20.
        With `stream`, returns a generator of ChatPiece whose return value is the ChatCompletion.
        Throws as generate() does.
        """
        pieces = _Pieces(*self._chat(messages, options))
        return pieces if stream else consume(pieces)

    async def agenerate(
        self,
        prompt: str | Ids,
        **options: Unpack[GenerateOptions],
    ) -> Completion:
        """generate() for asyncio."""
        return await _result(*self._generate(prompt, options))

    def astream(
        self,
        prompt: str | Ids,
        **options: Unpack[GenerateOptions],
    ) -> AsyncGenerator[str, None]:
        """The pieces of generate() for asyncio."""
        return _AsyncPieces(*self._generate(prompt, options))

    async def achat(
        self,
        messages: Messages,
        **options: Unpack[ChatOptions],
    ) -> ChatCompletion:
        """chat() for asyncio."""
        return await _result(*self._chat(messages, options))

    def achat_stream(
        self,
        messages: Messages,
        **options: Unpack[ChatOptions],
    ) -> AsyncGenerator[ChatPiece, None]:
        """The pieces of chat() for asyncio."""
        return _AsyncPieces(*self._chat(messages, options))

    def _generate(
        self, prompt: str | Ids, options: GenerateOptions
    ) -> tuple[_core.Generation, _TextReader]:
        return self._start(self._prompts.completion(prompt, options)), _TextReader()

    def _chat(
        self, messages: Messages, options: ChatOptions
    ) -> tuple[_core.Generation, _ChatReader]:
        request, is_thinking = self._prompts.answer(messages, options)
        return self._start(request), _ChatReader(ThinkSplitter(is_thinking))


Piece = TypeVar("Piece")
Result = TypeVar("Result")


PieceOut = TypeVar("PieceOut", covariant=True)
ResultOut = TypeVar("ResultOut", covariant=True)


class _Reader(Protocol[PieceOut, ResultOut]):
    """Makes pieces of a generation's text, and at its end what it comes to."""

    def push(self, text: str | None) -> PieceOut | None:
        """The piece that a text, or None at the end, completes."""

    def result(self, generation: _core.Generation) -> ResultOut: ...


class _TextReader:
    def __init__(self) -> None:
        self._pieces: list[str] = []

    def push(self, text: str | None) -> str | None:
        self._pieces.append(text or "")
        return text or None

    def result(self, generation: _core.Generation) -> Completion:
        return Completion(
            "".join(self._pieces),
            generation.tokens,
            _reason(generation),
            Timings(**generation.timings),
            _logprobs(generation),
        )


class _ChatReader:
    def __init__(self, splitter: ThinkSplitter) -> None:
        self._splitter = splitter
        self._pieces: list[ChatPiece] = []

    def push(self, text: str | None) -> ChatPiece | None:
        piece = self._splitter.finish() if text is None else self._splitter.push(text)
        self._pieces.append(piece)
        return piece if piece.content or piece.reasoning_content else None

    def result(self, generation: _core.Generation) -> ChatCompletion:
        message = Message(
            "assistant",
            "".join(piece.content for piece in self._pieces),
            "".join(piece.reasoning_content for piece in self._pieces),
        )
        return ChatCompletion(
            message, _reason(generation), Timings(**generation.timings), _logprobs(generation)
        )


class _Pieces(Generator[Piece, None, Result]):
    """Closing it ends the generation, also before the first piece: a generator function's `finally`
    does not run then."""

    def __init__(self, generation: _core.Generation, reader: _Reader[Piece, Result]) -> None:
        self._generation = generation
        self._steps = _read(generation, reader)

    def send(self, value: None) -> Piece:
        return self._steps.send(value)

    def throw(self, *error: Any) -> Piece:
        return self._steps.throw(*error)

    def close(self) -> None:
        self._generation.cancel()
        self._steps.close()


def _read(
    generation: _core.Generation, reader: _Reader[Piece, Result]
) -> Generator[Piece, None, Result]:
    text: str | None = ""
    try:
        while text is not None:
            text = generation.next()
            if (piece := reader.push(text)) is not None:
                yield piece
        return reader.result(generation)
    finally:
        generation.cancel()


class _AsyncPieces(AsyncGenerator[Piece, None]):
    """As _Pieces."""

    def __init__(self, generation: _core.Generation, reader: _Reader[Piece, Any]) -> None:
        self._generation = generation
        self._steps = _read_async(generation, reader)

    async def asend(self, value: None) -> Piece:
        return await self._steps.asend(value)

    async def athrow(self, *error: Any) -> Piece:
        return await self._steps.athrow(*error)

    async def aclose(self) -> None:
        self._generation.cancel()
        await self._steps.aclose()


async def _read_async(
    generation: _core.Generation, reader: _Reader[Piece, Any]
) -> AsyncGenerator[Piece, None]:
    text: str | None = ""
    try:
        while text is not None:
            text = await _in_thread(generation)
            if (piece := reader.push(text)) is not None:
                yield piece
    finally:
        generation.cancel()


async def _result(generation: _core.Generation, reader: _Reader[Piece, Result]) -> Result:
    async for _ in _AsyncPieces(generation, reader):
        pass
    return reader.result(generation)


def _in_thread(generation: _core.Generation) -> Awaitable[str | None]:
    """Waits for the next text without stopping the event loop."""
    import asyncio  # a fifth of the package's import time, which few programs need

    return asyncio.get_running_loop().run_in_executor(_waiters(), generation.next)


@cache
def _waiters() -> ThreadPoolExecutor:
    """Threads that wait for text: asyncio's own are as few as cores. There is one for each request
    that runs or waits, of several models with their queues full: with fewer, those that wait would
    keep those that run from being read."""
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(4096, thread_name_prefix="qwen3lite")


def _logprobs(generation: _core.Generation) -> list[TokenLogprobs] | None:
    if (found := generation.logprobs) is None:
        return None
    return [
        TokenLogprobs(token, logprob, [TokenLogprob(*pair) for pair in likeliest])
        for token, logprob, likeliest in found
    ]


def _reason(generation: _core.Generation) -> FinishReason:
    return cast(FinishReason, generation.finish_reason)
