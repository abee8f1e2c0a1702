"""Arguments and flags that several commands share."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from ..sources import NANO

MODELS = "GGUF file, Hugging Face model directory, hub id, smollm2 or nano"
ModelName = Annotated[str, typer.Argument(metavar="MODEL", help=f"{MODELS}.", show_default=False)]
BUNDLED = str(NANO)  # not "nano": a directory may have a file of that name
ModelOrNano = Annotated[
    str,
    typer.Argument(
        metavar="[MODEL]",
        help=f"{MODELS}; else nano, which comes with the package.",
        show_default=False,
    ),
]
Prompt = Annotated[
    str, typer.Option("-p", "--prompt", help="Text; - reads standard input.", show_default=False)
]
Type = Annotated[
    str, typer.Option("--type", help="Format that a directory or hub id is converted to.")
]
MaxTokens = Annotated[
    int | None, typer.Option("-n", "--max-tokens", help="Most tokens to generate.")
]
Threads = Annotated[int | None, typer.Option("-t", "--threads", help="Threads; else all cores.")]
Context = Annotated[int, typer.Option("-c", "--ctx", help="Most tokens, prompt included.")]
KvType = Annotated[
    str,
    typer.Option("--kv-type", help="How keys and values are kept: f32, f16, q8_0 or q4_0."),
]
MaxDraft = Annotated[
    int,
    typer.Option("--draft-max", help="Most tokens guessed at once where texts repeat; 0: none."),
]
DraftModel = Annotated[
    str | None,
    typer.Option("--draft-model", help="A small model of the same vocabulary that guesses too."),
]
ExpertCache = Annotated[
    str | None,
    typer.Option(
        help="Memory for a sparse model's experts (2G), where the file is larger than memory."
    ),
]
Experts = Annotated[
    list[str] | None,
    typer.Option("--experts", help="Expert pack to plug in; may be given several times."),
]
ExpertStats = Annotated[
    bool, typer.Option("--expert-stats", help="After an answer, tell what routers chose.")
]
Temperature = Annotated[
    float | None, typer.Option("--temp", help="Temperature; 0 takes the likeliest token.")
]
TopK = Annotated[
    int | None, typer.Option("--top-k", help="Sample from the N likeliest tokens; 0: all.")
]
TopP = Annotated[
    float | None, typer.Option("--top-p", help="Sample from the likeliest that add up to P.")
]
MinP = Annotated[
    float | None,
    typer.Option("--min-p", help="Sample from those at least P times as likely as the likeliest."),
]
RepeatPenalty = Annotated[
    float | None,
    typer.Option(
        "--repeat-penalty", help="Divides the logits of tokens in the prompt or generated."
    ),
]
FrequencyPenalty = Annotated[
    float | None, typer.Option(help="Lowers logits for each time that a token was generated.")
]
PresencePenalty = Annotated[
    float | None, typer.Option(help="Lowers the logits of generated tokens once.")
]
Seed = Annotated[int | None, typer.Option("--seed", help="Seed of the sampling; else random.")]
Think = Annotated[
    bool | None,
    typer.Option("--think/--no-think", help="Let the model think; else as its template does."),
]
Slide = Annotated[
    bool,
    typer.Option(
        "--slide",
        help="Go on when the context is full, without what came first but the system's message.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]

# Parameters of commands that are Model's own.
MODEL_OPTIONS = ("kv_type", "max_draft", "draft_model", "expert_cache")
INTERRUPTED = 130  # exit status of a program that Ctrl-C ended


def prompt_text(prompt: str) -> str:
    """The text that -p means."""
    return sys.stdin.read() if prompt == "-" else prompt


def model_options(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Of a command's parameters those that open_model() takes beside the model."""
    names = ("type", "threads", "ctx", "experts", *MODEL_OPTIONS)
    return {name: parameters[name] for name in names if name in parameters}


def generate_options(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Of a command's parameters those that generate() takes, as far as they were given."""
    from ..options import GenerateOptions

    names = GenerateOptions.__annotations__.keys() & parameters.keys()
    return {name: parameters[name] for name in names if parameters[name] is not None}
