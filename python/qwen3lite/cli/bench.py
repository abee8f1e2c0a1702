"""qwen3lite bench: how fast a model runs on this machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .display import ProgressBar, conversion_progress, plain_console
from .options import BUNDLED, INTERRUPTED, Json, KvType, ModelOrNano, Threads, Type

if TYPE_CHECKING:
    from ..benchmark import Benchmark, Samples


def bench(
    model: ModelOrNano = BUNDLED,
    threads: Threads = None,
    n_prompt: Annotated[int, typer.Option("--n-prompt", help="Tokens of the prompt.")] = 512,
    n_gen: Annotated[int, typer.Option("--n-gen", help="Steps of decoding.")] = 64,
    depth: Annotated[
        int, typer.Option("--depth", help="Positions in the cache before either.")
    ] = 0,
    batch: Annotated[int, typer.Option("--batch", help="Sequences decoded together.")] = 1,
    shared_prefix: Annotated[
        int,
        typer.Option(
            "--shared-prefix", help="Positions that those share, before 16 of each one's own."
        ),
    ] = 0,
    kv_type: KvType = "f16",
    repeat: Annotated[int, typer.Option("--repeat", help="Samples of each quantity.")] = 7,
    as_json: Json = False,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", metavar="FILE", help="Draw the result: .png, .svg or .pdf."),
    ] = None,
    type: Type = "q8_0",
) -> None:
    """Measure a model: speed, start, memory.

    Decoding is held against the bandwidth at which this machine reads memory, probed in the same
    run. Medians of several repetitions, and their spread.
    """
    from ..benchmark import benchmark
    from ..benchmark_plot import check_plot, draw
    from ..sources import locate

    if plot is not None:
        check_plot(plot)
    with conversion_progress() as conversion:
        path = locate(model, type, conversion)
    try:
        with ProgressBar("measuring", "repetitions") as bar:
            result = benchmark(
                path,
                n_threads=threads,
                n_prompt=n_prompt,
                n_gen=n_gen,
                depth=depth,
                batch=batch,
                shared_prefix=shared_prefix,
                repeat=repeat,
                kv_type=kv_type,
                progress=lambda done, total: bar("", done, total),
            )
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None
    if plot is not None:
        draw(result, plot)
    if as_json:
        print(json.dumps(result.summary(), ensure_ascii=False))
    else:
        _print_table(result)


def _print_table(r: Benchmark) -> None:
    from rich.table import Table

    console = plain_console()
    console.print(r.model, highlight=False, soft_wrap=True)
    console.print(
        f"{r.isa}, threads {r.threads}; prompt {r.n_prompt}, steps {r.n_gen}, depth {r.depth},"
        f" batch {r.batch}, shared prefix {r.shared_prefix}, cache {r.kv_type}, repetitions"
        f" {r.repeat}",
        highlight=False,
        soft_wrap=True,
    )
    table = Table("", "median", "", "min - max", box=None)
    table.columns[1].justify = "right"
    for name, samples, unit, digits in (
        ("prefill", r.prefill_tok_s, "tok/s", 1),
        ("decode", r.decode_tok_s, "tok/s", 1),
        ("first token", r.ttft_ms, "ms", 1),
        ("cold start", r.cold_start_ms, "ms", 1),
        ("warm start", r.warm_start_ms, "ms", 1),
        ("peak memory", r.rss_mb, "MB", 1),
        ("memory reads", r.read_gb_s, "GB/s", 2),
        ("decode reads", r.decode_gb_s, "GB/s", 2),
    ):
        if samples is None:
            table.add_row(name, "-", "", "the file's pages stay in the page cache")
        else:
            table.add_row(name, *_figures(samples, unit, digits))
    table.add_row("of bandwidth", *_figures(r.decode_bandwidth_share, "%", 1, scale=100))
    for name, found, unit, digits in (
        ("one alone", r.single_decode_tok_s, "tok/s", 1),
        ("together", r.batch_speedup, "times", 2),
        ("first prefix", r.shared_first_ttft_ms, "ms", 1),
        ("known prefix", r.shared_ttft_ms, "ms", 1),
    ):
        if found is not None:
            table.add_row(name, *_figures(found, unit, digits))
    console.print(table)
    console.print(
        f"A step reads {r.weight_bytes / 1e6:.1f} MB of weights and {r.cache_bytes / 1e6:.1f} MB of"
        " keys and values.",
        highlight=False,
        soft_wrap=True,
    )


def _figures(samples: Samples, unit: str, digits: int, scale: float = 1) -> tuple[str, str, str]:
    median, low, high = (
        f"{scale * value:.{digits}f}" for value in (samples.median, samples.min, samples.max)
    )
    return median, unit, f"{low} - {high}"
