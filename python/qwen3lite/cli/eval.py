"""qwen3lite eval: how well a model predicts a text, how far it is from a reference, and (in
eval_accuracy) how often it is right."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from .display import ProgressBar, open_model, plain_console
from .eval_accuracy import accuracy, report
from .options import Json, KvType, ModelName, Threads, Type

if TYPE_CHECKING:
    from ..evaluate import Evaluation, Progress, SavedLogits
    from ..model import Model

app = typer.Typer(
    help="Measure a model: perplexity of a text, divergence from a reference, right answers.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
for command in (accuracy, report):
    app.command()(command)

Text = Annotated[
    Path, typer.Argument(metavar="TEXT", help="Text file in UTF-8.", show_default=False)
]
Chunks = Annotated[
    int | None, typer.Option("--chunks", help="Score the first N windows only.", metavar="N")
]
Role = Annotated[
    Literal["prompt", "generated"],
    typer.Option("--role", help="Kernels to take: those of prompts or of generated tokens."),
]


@app.command()
def ppl(
    model: ModelName,
    text: Text,
    ctx: Annotated[int, typer.Option("-c", "--ctx", help="Tokens of a window.")] = 512,
    chunks: Chunks = None,
    save_logits: Annotated[
        Path | None,
        typer.Option(
            "--save-logits", metavar="FILE", help="Keep the predictions, for eval kl --ref FILE."
        ),
    ] = None,
    role: Role = "prompt",
    threads: Threads = None,
    kv_type: KvType = "f16",
    as_json: Json = False,
    type: Type = "q8_0",
) -> None:
    """Perplexity of a text, as llama.cpp computes it.

    The text is cut into windows; the second half of each is scored. With --save-logits the
    predictions are written in the format of llama.cpp's --kl-divergence-base.
    """
    from ..evaluate import perplexity

    content = read_text(text)
    loaded = open_model(model, type, threads, ctx, kv_type=kv_type)
    with evaluation_progress() as progress:
        result = perplexity(
            loaded,
            content,
            n_ctx=ctx,
            max_windows=chunks,
            role=role,
            save_logits=save_logits,
            progress=progress,
        )
    if as_json:
        print_json(result)
        return
    print_rows(
        result, {"perplexity": with_error(result.perplexity, result.perplexity_error, "{:.4f}")}
    )


@app.command()
def kl(
    model: ModelName,
    text: Text,
    ref: Annotated[
        str,
        typer.Option(
            "--ref",
            metavar="REF",
            help="What to compare with: a model, or a file of saved logits.",
            show_default=False,
        ),
    ],
    ctx: Annotated[
        int | None,
        typer.Option("-c", "--ctx", help="Tokens of a window; else 512, or those of a saved file."),
    ] = None,
    chunks: Chunks = None,
    role: Role = "prompt",
    threads: Threads = None,
    kv_type: KvType = "f16",
    as_json: Json = False,
    type: Type = "q8_0",
) -> None:
    """Divergence of a model's predictions from a reference's, as llama.cpp computes it."""
    from ..evaluate import kl_divergence

    content = read_text(text)
    reference = open_reference(ref, type, threads, ctx)
    loaded = open_model(model, type, threads, reference.n_ctx, kv_type=kv_type)
    with evaluation_progress() as progress:
        result = kl_divergence(
            reference,
            loaded,
            content,
            n_ctx=ctx,
            max_windows=chunks,
            role=role,
            progress=progress,
        )
    if as_json:
        print_json(result)
        return
    r = result
    print_rows(
        r,
        {
            "mean KL": with_error(r.mean_kl, r.mean_kl_error, "{:.6f}"),
            "median, 99 %, most": f"{r.median_kl:.6f}, {r.p99_kl:.6f}, {r.max_kl:.6f}",
            "same top token": with_error(r.top1_agreement, r.top1_agreement_error, "{:.2%}"),
            "perplexity": with_error(r.perplexity, r.perplexity_error, "{:.4f}"),
            "of the reference": with_error(
                r.reference_perplexity, r.reference_perplexity_error, "{:.4f}"
            ),
            "ln of their ratio": with_error(
                r.log_perplexity_ratio, r.log_perplexity_ratio_error, "{:.6f}"
            ),
        },
    )


def read_text(path: Path) -> str:
    """The file's text without its last newline, which llama.cpp leaves out too."""
    return path.read_bytes().decode("utf-8", "replace").removesuffix("\n")


def open_reference(
    ref: str, type: str, threads: int | None, ctx: int | None
) -> Model | SavedLogits:
    from ..evaluate import N_CTX, SavedLogits, is_saved_logits

    if is_saved_logits(Path(ref)):
        return SavedLogits(ref)
    return open_model(ref, type, threads, ctx or N_CTX)


@contextmanager
def evaluation_progress() -> Iterator[Progress]:
    """A bar of windows, with the perplexity so far."""
    with ProgressBar("evaluating", "windows") as bar:
        yield lambda done, total, perplexity: bar(f"perplexity {perplexity:.4f}", done, total)


def with_error(value: float, error: float, format: str) -> str:
    return f"{format.format(value)} ± {format.format(error)}"


def print_json(result: Evaluation) -> None:
    print(json.dumps(dataclasses.asdict(result) | {"tok_s": result.rate}))


def print_rows(result: Evaluation, figures: dict[str, str]) -> None:
    from rich.table import Table

    table = Table(show_header=False, box=None)
    for name, value in figures.items():
        table.add_row(name, value)
    table.add_row(
        "tokens scored", f"{result.n_scored:,} in {result.n_windows:,} windows of {result.n_ctx:,}"
    )
    table.add_row("time", f"{result.seconds:.1f} s, {result.rate:,.0f} tok/s")
    plain_console().print(table)
