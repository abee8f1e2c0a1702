"""qwen3lite eval accuracy and eval report: how often a model answers right, and how fast."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..atomic_file import check_target
from .display import ProgressBar, conversion_progress, open_model, plain_console
from .options import Context, Experts, Json, KvType, ModelName, Threads, Type

if TYPE_CHECKING:
    from ..evaluate import Accuracy, ItemProgress, Pairs, Share

SetPath = Annotated[
    Path,
    typer.Argument(metavar="SET", help="Items, one JSON object a line.", show_default=False),
]


def accuracy(
    model: ModelName,
    set: SetPath,
    against: Annotated[
        str | None,
        typer.Option("--against", metavar="MODEL", help="Compare with this model, item by item."),
    ] = None,
    answers: Annotated[
        Path | None,
        typer.Option("--answers", metavar="FILE", help="Write what was answered, as JSON lines."),
    ] = None,
    experts: Experts = None,
    max_tokens: Annotated[
        int, typer.Option("-n", "--max-tokens", help="Most tokens of an answer.")
    ] = 512,
    threads: Threads = None,
    ctx: Context = 4096,
    kv_type: KvType = "f16",
    as_json: Json = False,
    type: Type = "q8_0",
) -> None:
    """Exact match on the final answer or the tool call, by skill, with thinking and without.

    Items are asked greedily, many at once. Intervals are of 95 %. --experts are the model's alone,
    not those of --against: so a model is compared with itself and a pack.
    """
    from ..evaluate import accuracy as measure
    from ..evaluate import compare, read_items

    items = read_items(set)
    locate_all([model, *([] if against is None else [against])], type)
    if answers is not None:
        check_target(answers)

    def ask(name: str, experts: list[str] | None = None) -> Accuracy:
        loaded = open_model(name, type, threads, ctx, experts=experts, kv_type=kv_type)
        with items_progress() as progress:
            return measure(loaded, items, max_tokens=max_tokens, progress=progress)

    found = ask(model, experts)
    if answers is not None:
        write_answers(found, answers)
    pairs = None if against is None else compare(ask(against), found)
    if as_json:
        print(json.dumps(summary(found, pairs), ensure_ascii=False))
    else:
        print_shares(found, pairs, against)


def report(
    set: SetPath,
    models: Annotated[
        list[str],
        typer.Argument(
            metavar="MODEL...", help="Models, as other commands name them.", show_default=False
        ),
    ],
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a page of the tables.")
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", metavar="FILE", help="Draw accuracy by skill: .png, .svg or .pdf."),
    ] = None,
    threads: Threads = None,
    ctx: Context = 4096,
    kv_type: KvType = "f16",
    as_json: Json = False,
    type: Type = "q8_0",
) -> None:
    """One table as model cards print it: mode, time to first token, tok/s, accuracy."""
    from ..benchmark_plot import check_plot
    from ..evaluate import read_items
    from ..evaluate.report import HEADINGS, draw, write_html
    from ..evaluate.report import report as measure

    if plot is not None:
        check_plot(plot)
    if html is not None:
        check_target(html)
    items = read_items(set)
    locate_all(models, type)
    reports = []
    for name in models:
        loaded = open_model(name, type, threads, ctx, kv_type=kv_type)
        with items_progress() as progress:
            reports.append(measure(loaded, items, progress=progress))
    if html is not None:
        write_html(reports, html)
    if plot is not None:
        draw(reports, plot)
    rows = [row for each in reports for row in each.rows]
    if as_json:
        plain = [dataclasses.asdict(row) | {"share": share_json(row.share)} for row in rows]
        print(json.dumps(plain, ensure_ascii=False))
    else:
        print_table(HEADINGS, [row.cells() for row in rows])


def locate_all(models: Sequence[str], type: str) -> None:
    """Converts what must be, and throws for what is not there, before minutes of asking."""
    from ..sources import locate

    for model in models:
        with conversion_progress() as progress:
            locate(model, type, progress)


@contextmanager
def items_progress() -> Iterator[ItemProgress]:
    """A bar of items, with the share of right ones so far."""
    with ProgressBar("asking", "items") as bar:
        yield lambda done, total, right: bar(f"right {right / done:.1%}", done, total)


def share_json(share: Share) -> dict[str, Any]:
    low, high = share.interval
    return {"n": share.n, "n_right": share.n_right, "share": share.value, "low": low, "high": high}


def summary(found: Accuracy, pairs: Pairs | None) -> dict[str, Any]:
    skills = [
        {"skill": skill, "thinking": thinking, **share_json(share)}
        for (skill, thinking), share in found.by_skill().items()
    ]
    result: dict[str, Any] = {"all": share_json(found.share()), "skills": skills}
    result |= {"seconds": found.seconds, "tok_s": found.rate}
    if pairs is not None:
        low, high = pairs.interval
        figures = {"difference": pairs.difference, "low": low, "high": high}
        result["paired"] = dataclasses.asdict(pairs) | figures | {"p_value": pairs.p_value}
    return result


def write_answers(found: Accuracy, path: Path) -> None:
    from ..atomic_file import atomic_path

    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8") as file:
        for item, outcome in zip(found.items, found.outcomes, strict=True):
            line = dataclasses.asdict(item) | dataclasses.asdict(outcome)
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def print_shares(found: Accuracy, pairs: Pairs | None, against: str | None) -> None:
    from ..evaluate.report import percent, share_text, skill_rows

    total = ("all", share_text(found.share(True)), share_text(found.share(False)))
    print_table(("skill", "thinking", "direct"), [*skill_rows(found), total])
    print(
        f"{percent(found.share().value)} of {len(found.items):,} items"
        f" in {found.seconds:.1f} s, {found.rate:,.0f} tok/s"
    )
    if pairs is not None:
        low, high = pairs.interval
        print(
            f"against {against}: {100 * pairs.difference:+.2f} points"
            f" ({100 * low:+.2f} – {100 * high:+.2f}), only it {pairs.only_first},"
            f" only this {pairs.only_second}, p = {pairs.p_value:.2g}"
        )


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.table import Table

    table = Table(*headings, box=None)
    for row in rows:
        table.add_row(*row)
    plain_console().print(table)
