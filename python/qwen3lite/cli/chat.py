"""qwen3lite chat: a conversation on the terminal."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Any

from ..errors import ContextOverflowError
from ..results import Message, consume
from .display import Answer, open_model, show_timings
from .expert_stats import RouterTable
from .options import (
    BUNDLED,
    Context,
    DraftModel,
    ExpertCache,
    Experts,
    ExpertStats,
    FrequencyPenalty,
    KvType,
    MaxDraft,
    MaxTokens,
    MinP,
    ModelOrNano,
    PresencePenalty,
    RepeatPenalty,
    Seed,
    Slide,
    Temperature,
    Think,
    Threads,
    TopK,
    TopP,
    Type,
    generate_options,
    model_options,
)


def chat(
    model: ModelOrNano = BUNDLED,
    think: Think = None,
    max_tokens: MaxTokens = None,
    threads: Threads = None,
    ctx: Context = 4096,
    kv_type: KvType = "f16",
    max_draft: MaxDraft = 15,
    draft_model: DraftModel = None,
    experts: Experts = None,
    expert_cache: ExpertCache = None,
    expert_stats: ExpertStats = False,
    slide: Slide = False,
    temperature: Temperature = None,
    top_k: TopK = None,
    top_p: TopP = None,
    min_p: MinP = None,
    repetition_penalty: RepeatPenalty = None,
    frequency_penalty: FrequencyPenalty = None,
    presence_penalty: PresencePenalty = None,
    seed: Seed = None,
    type: Type = "q8_0",
) -> None:
    """Talk with a model.

    Ctrl-C stops an answer, /exit or Ctrl-D ends the chat. What the model thinks before it answers
    is shown dimmed. Sampling is what the model was published with, else temperature 0.6, top-p
    0.95, top-k 20.
    """
    options = generate_options(locals())
    loaded = open_model(model, **model_options(locals()))
    routers = RouterTable(loaded) if expert_stats else None
    with suppress(ImportError):
        import readline  # noqa: F401  input() then has history and editing
    messages: list[dict[str, Any] | Message] = []
    while (line := _read_line()) is not None and line.strip() != "/exit":
        if not line.strip():
            continue
        messages.append({"role": "user", "content": line})
        answer = Answer()
        try:
            pieces = loaded.chat(messages, enable_thinking=think, stream=True, **options)
            timings = consume(pieces, answer.show).timings
        except KeyboardInterrupt:
            timings = None  # the answer stays as far as it came
        except ContextOverflowError as error:
            print(f"qwen3lite: {error}", file=sys.stderr)
            messages.pop()
            continue
        answer.end()
        if timings is not None:
            show_timings(timings)
        if routers is not None:
            routers.show()
        messages.append(Message("assistant", answer.content, answer.reasoning))


def _read_line() -> str | None:
    """What the user types, None at the end of it; Ctrl-C starts the line again."""
    while True:
        try:
            if sys.stdin.isatty() and not sys.stdout.isatty():
                print("> ", end="", file=sys.stderr, flush=True)  # a file holds answers alone
                return input()
            return input("> " if sys.stdin.isatty() else "")
        except EOFError:
            return None
        except KeyboardInterrupt:
            print()
