"""qwen3lite run: one message answered, or one text completed."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from ..errors import InvalidArgumentError
from ..results import ChatCompletion, ChatPiece, Completion, consume
from .display import Answer, open_model, show_timings
from .expert_stats import RouterTable
from .options import (
    BUNDLED,
    INTERRUPTED,
    Context,
    DraftModel,
    ExpertCache,
    Experts,
    ExpertStats,
    FrequencyPenalty,
    Json,
    KvType,
    MaxDraft,
    MaxTokens,
    MinP,
    ModelOrNano,
    PresencePenalty,
    Prompt,
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
    prompt_text,
)


def run(
    prompt: Prompt,
    model: ModelOrNano = BUNDLED,
    raw: Annotated[
        bool, typer.Option("--raw", help="Complete bare text, without the chat template.")
    ] = False,
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
    as_json: Json = False,
    type: Type = "q8_0",
) -> None:
    """Answer one message, or complete one text.

    The answer goes to stdout, what the model thinks before it to stderr. Sampling of an answer is
    what the model was published with, else greedy, as --raw is.
    """
    if raw and think is not None:
        raise InvalidArgumentError("--think is for answers; leave it out with --raw.")
    options = generate_options(locals())
    loaded = open_model(model, **model_options(locals()))
    routers = RouterTable(loaded) if expert_stats else None
    text = prompt_text(prompt)
    answer = Answer()
    show = None if as_json else answer.show
    result: Completion | ChatCompletion
    try:
        if raw:
            pieces = loaded.generate(text, stream=True, **options)
            result = consume(pieces, show and (lambda piece: show(ChatPiece(piece))))
        else:
            greedy = {} if "temperature" in loaded.published_sampling else {"temperature": 0.0}
            message = {"role": "user", "content": text}
            result = consume(
                loaded.chat([message], enable_thinking=think, stream=True, **(greedy | options)),
                show,
            )
    except KeyboardInterrupt:
        answer.end()
        raise typer.Exit(INTERRUPTED) from None
    if as_json:
        print(json.dumps(_summary(result), ensure_ascii=False))
    else:
        answer.end()
        show_timings(result.timings)
    if routers is not None:
        routers.show()


def _summary(result: Completion | ChatCompletion) -> dict[str, Any]:
    if isinstance(result, Completion):
        texts = {"text": result.text}
    else:
        message = result.message
        texts = {"text": message.content, "reasoning_content": message.reasoning_content}
    t = result.timings
    return {
        **texts,
        "finish_reason": result.finish_reason,
        "n_prompt": t.n_prompt,
        "n_generated": t.n_generated,
        "prompt_seconds": t.prompt_seconds,
        "decode_seconds": t.decode_seconds,
        "prompt_tok_s": t.prompt_rate,
        "decode_tok_s": t.decode_rate,
        "n_drafted": t.n_drafted,
        "n_accepted": t.n_accepted,
    }
