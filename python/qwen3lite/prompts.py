"""Prompts: texts and messages as requests of one model."""

from __future__ import annotations

import operator
import os
from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from . import _core
from .chat import ChatTemplate, Messages, bos_ids
from .options import ChatOptions, GenerateOptions, SamplingOptions, given

if TYPE_CHECKING:
    from ._core import Ids

# Sampling of chats where the file does not say with what the model was published.
CHAT_SAMPLING = {"temperature": 0.6, "top_k": 20, "top_p": 0.95, "min_p": 0.0}
MOST_TOKENS = 2**31 - 1  # as many as none
PUBLISHED_KEYS = {
    "temperature": "general.sampling.temp",
    "top_k": "general.sampling.top_k",
    "top_p": "general.sampling.top_p",
    "min_p": "general.sampling.min_p",
    "repetition_penalty": "general.sampling.penalty_repeat",
}


class Prompts:
    """What the file says about texts, chats and sampling. Use from any thread."""

    def __init__(self, engine: _core.Engine) -> None:
        self._engine = engine
        self._n_vocab: int = engine.info()["n_vocab"]

    @cached_property
    def chat_template(self) -> ChatTemplate:
        return ChatTemplate(self._engine)

    @cached_property
    def published_sampling(self) -> Mapping[str, float]:
        """Of PUBLISHED_KEYS those that the file has."""
        numbers = {name: self._engine.metadata_number(key) for name, key in PUBLISHED_KEYS.items()}
        published = {name: number for name, number in numbers.items() if number is not None}
        if "top_k" in published:
            published["top_k"] = int(published["top_k"])
        return MappingProxyType(published)

    def completion(self, prompt: str | Ids, options: GenerateOptions) -> _core.Request:
        """Asks to go on with a text or ids."""
        chosen = given(options, GenerateOptions)
        if isinstance(prompt, str):
            tokenizer = self._engine.tokenizer
            prompt = bos_ids(tokenizer) + tokenizer.encode(prompt)
        return self._request(prompt, chosen, max_tokens=256, sampling={})

    def answer(self, messages: Messages, options: ChatOptions) -> tuple[_core.Request, bool]:
        """Asks for the next answer; also whether the prompt ends within the model's thinking."""
        chosen = given(options, ChatOptions)
        prompt = self.chat_template.encode(
            messages, chosen.get("enable_thinking"), chosen.get("tools")
        )
        defaults = {**CHAT_SAMPLING, **self.published_sampling}
        request = self._request(
            prompt.ids, chosen, max_tokens=self._engine.n_ctx, sampling=defaults
        )
        return request, prompt.thinking

    def _request(
        self,
        prompt: Ids,
        options: Mapping[str, Any],
        *,
        max_tokens: int,
        sampling: Mapping[str, float],
    ) -> _core.Request:
        """What the given options mean, over these defaults."""
        stop = options.get("stop", ())
        return _core.Request(
            prompt,
            max_tokens=min(options.get("max_tokens", max_tokens), MOST_TOKENS),
            sampling=self._sampler_params(options, sampling),
            stop=[stop] if isinstance(stop, str) else list(stop),
            priority=options.get("priority", 0),
            slide=options.get("slide", False),
            token_mask=options.get("token_mask"),
        )

    def _sampler_params(
        self, options: Mapping[str, Any], defaults: Mapping[str, float]
    ) -> _core.SamplerParams:
        """Of the given options those that say how tokens are chosen."""
        names = SamplingOptions.__annotations__.keys() & options.keys()
        chosen: dict[str, Any] = {**defaults, **{name: options[name] for name in names}}
        if "top_k" in chosen:
            chosen["top_k"] = min(chosen["top_k"], self._n_vocab)
        if "logprobs" in chosen:
            chosen["n_logprobs"] = min(chosen.pop("logprobs"), self._n_vocab)
        if "seed" not in chosen:
            chosen["seed"] = int.from_bytes(os.urandom(8), "little")
        chosen["seed"] = operator.index(chosen["seed"]) % (1 << 64)
        return _core.SamplerParams(**chosen)
