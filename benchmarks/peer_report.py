"""Comparisons as tables on stdout and as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from peer_results import Comparison, Spread, Task

OURS, PEERS, ROOF, INK = "#f58518", ("#4c78a8", "#54a24b"), "#9aa5b1", "#333333"
TITLES: dict[Task, str] = {"prefill": "Prompt, tok/s", "decode": "Generated, tok/s"}


def print_tables(results: list[Comparison]) -> None:
    console = Console()
    for model in dict.fromkeys(r.model for r in results):
        for task, title in TITLES.items():
            table = Table("ours", title=f"{model}: {title}", box=SIMPLE, pad_edge=False)
            table.title_justify, table.collapse_padding = "left", True
            table.add_column("peer", min_width=14)
            # Wide enough for a spread, which may stand below its median.
            widths = {"ours": 11, "peer": 11, "ratio": 11, "of read": 7, "kept": 4}
            for name, width in widths.items():
                table.add_column(name, justify="right", min_width=width)
            for r in results:
                if (r.model, r.task) == (model, task):
                    table.add_row(*_row(r))
            console.print(table)
    console.print(
        "Medians (smallest-largest) of the repetitions kept. Of read: the bytes of weights that"
        " ours and the peer read per second, in percent of the probed read bandwidth.",
        style="dim",
    )


def _row(r: Comparison) -> list[str]:
    n = f"{len(r.kept)}/{len(r.kept) + r.n_dropped}"
    if not r.kept:
        return [r.row, r.peer, "-", "-", "-", "-", n]
    shares = ""
    if r.task == "decode":
        shares = f"{100 * r.our_share.median:.0f}/{100 * r.their_share.median:.0f} %"
    rates = [_spread(s, 1 if s.median < 100 else 0) for s in (r.ours, r.theirs)]
    return [r.row, r.peer, *rates, _spread(r.ratio, 2), shares, n]


def _spread(s: Spread, digits: int) -> str:
    return f"{s.median:.{digits}f} ({s.min:.{digits}f}-{s.max:.{digits}f})"


def draw(results: list[Comparison], path: Path) -> None:
    """A row of panels per model: bars are medians, whiskers the spread, with the ratio above."""
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    measured = [r for r in results if r.kept]
    models = list(dict.fromkeys(r.model for r in measured))
    if not models:
        return
    n_bars = max(sum(r.model == m and r.task == "decode" for r in measured) for m in models)
    width = max(9.0, 2.6 + 2 * 1.35 * n_bars)
    figure = Figure(figsize=(width, 0.4 + 3.7 * len(models)), layout="constrained")
    panels = figure.subplots(len(models), 2, squeeze=False)
    engines = list(dict.fromkeys(_engine(r) for r in measured))
    colors = dict(zip(engines, PEERS, strict=False))
    for row, model in zip(panels, models, strict=True):
        for axes, task in zip(row, TITLES, strict=True):
            _panel(axes, [r for r in measured if r.model == model and r.task == task], colors)
            axes.set_title(f"{model}: {TITLES[task]}", fontsize=10, color=INK, loc="left")
    swatches: list[Any] = [Patch(color=OURS, label="qwen3lite")]
    swatches += [Patch(color=color, label=name) for name, color in colors.items()]
    swatches.append(Line2D([], [], color=ROOF, linestyle="--", label="what memory allows"))
    figure.legend(handles=swatches, loc="outside lower center", ncols=4, frameon=False, fontsize=8)
    figure.savefig(path, dpi=160)


def _engine(r: Comparison) -> str:
    return r.peer.split(", ")[0]


def _panel(axes: Any, results: list[Comparison], colors: dict[str, str]) -> None:
    for place, r in enumerate(results):
        _bar(axes, place - 0.2, r.ours, OURS)
        _bar(axes, place + 0.2, r.theirs, colors[_engine(r)])
        top = max(r.ours.max, r.theirs.max)
        if r.task == "decode":
            roof = Spread.of([x.read_ours / r.token_bytes for x in r.kept]).median
            axes.hlines(roof, place - 0.42, place + 0.42, color=ROOF, linestyle="--")
            for x, rate, share in ((-0.2, r.ours, r.our_share), (0.2, r.theirs, r.their_share)):
                text = f"{100 * share.median:.0f} %"
                style = {"ha": "center", "va": "center", "color": "white", "fontsize": 8}
                axes.text(place + x, rate.median / 2, text, **style)
            top = max(top, roof)
        axes.annotate(
            f"{r.ratio.median:.2f}×",
            (place, top),
            xytext=(0, 5),
            textcoords="offset points",
            ha="center",
            color=INK,
            fontweight="bold",
        )
    labels = [f"{r.row}\nvs " + r.peer.replace(", ", "\n") for r in results]
    axes.set_xticks(range(len(results)), labels, fontsize=8)
    axes.margins(y=0.15)
    axes.set_ylim(bottom=0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(colors=INK)


def _bar(axes: Any, x: float, s: Spread, color: str) -> None:
    axes.bar(x, s.median, width=0.38, color=color)
    axes.errorbar(
        x, s.median, yerr=[[s.median - s.min], [s.max - s.median]], color=INK, capsize=3, lw=1
    )
