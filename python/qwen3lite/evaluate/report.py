"""A model's figures as model cards print them: by mode, speed and accuracy."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from ..atomic_file import atomic_path
from ..model import Model
from .accuracy import Accuracy, ItemProgress, accuracy
from .items import Item
from .shares import Share

if TYPE_CHECKING:
    from matplotlib.axes import Axes

N_TIMED = 15  # items of a mode that are asked alone, for the times
MODES = {True: "thinking", False: "direct"}
COLOURS = {True: "#f58518", False: "#4c78a8"}
HEADINGS = (
    *("model", "mode", "first token", "tokens/s", "tokens/answer", "accuracy", "95 % interval"),
    "items",
)


@dataclass(frozen=True)
class Row:
    """One mode of a model. Times are medians of items asked one by one."""

    model: str
    thinking: bool
    first_token_ms: float  # the prompt's time
    tok_s: float  # decoded, one sequence
    tokens_per_answer: float  # thinking included
    share: Share

    def cells(self) -> tuple[str, ...]:
        low, high = self.share.interval
        return (
            self.model,
            MODES[self.thinking],
            f"{self.first_token_ms:.1f} ms",
            f"{self.tok_s:,.0f}",
            f"{self.tokens_per_answer:.0f}",
            percent(self.share.value),
            f"{percent(low)} – {percent(high)}",
            f"{self.share.n:,}",
        )


def percent(value: float) -> str:
    return f"{100 * value:.1f} %"


@dataclass(frozen=True)
class ModelReport:
    """A model's modes, and what it answered."""

    name: str
    rows: list[Row]
    accuracy: Accuracy


def report(
    model: Model, items: Sequence[Item], *, progress: ItemProgress | None = None
) -> ModelReport:
    """Times a few items alone, then asks all together. Throws as accuracy() does."""
    name = model.path.name
    modes = sorted({item.thinking for item in items}, reverse=True)
    times = {mode: _times(model, [i for i in items if i.thinking == mode]) for mode in modes}
    found = accuracy(model, items, progress=progress)
    rows = []
    for mode in modes:
        pairs = zip(found.items, found.outcomes, strict=True)
        lengths = [outcome.n_generated for item, outcome in pairs if item.thinking == mode]
        mean = sum(lengths) / len(lengths)
        rows.append(Row(name, mode, *times[mode], mean, found.share(mode)))
    return ModelReport(name, rows, found)


def _times(model: Model, items: Sequence[Item]) -> tuple[float, float]:
    """Milliseconds to the first token, and tokens per second after it."""
    step = max(1, len(items) // N_TIMED)
    timings = [
        model.chat(
            item.messages,
            tools=item.tools or None,
            enable_thinking=item.thinking,
            temperature=0.0,
            max_tokens=128,
        ).timings
        for item in items[::step][:N_TIMED]
    ]
    rates = [t.decode_rate for t in timings if t.n_decode_steps] or [0.0]
    return 1e3 * median(t.prompt_seconds for t in timings), median(rates)


def write_html(reports: Sequence[ModelReport], path: Path) -> None:
    """A page of its own: the table of modes, and one of skills for each model."""
    parts = [_table(HEADINGS, [row.cells() for r in reports for row in r.rows])]
    for r in reports:
        parts.append(f"<h2>{html.escape(r.name)}</h2>")
        parts.append(_table(("skill", "thinking", "direct"), skill_rows(r.accuracy)))
    style = (
        "body{font:15px system-ui;margin:2em;color:#333}td,th{padding:.3em 1em;text-align:left;"
        "border-bottom:1px solid #ddd}table{border-collapse:collapse}"
    )
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>qwen3lite eval report</title>'
        f"<style>{style}</style><h1>Accuracy and speed</h1>{''.join(parts)}</html>\n"
    )
    with atomic_path(path) as temporary:
        temporary.write_text(page, encoding="utf-8")


def skill_rows(found: Accuracy) -> list[tuple[str, str, str]]:
    """Skill, then its share with thinking and without."""
    shares = found.by_skill()
    skills = dict.fromkeys(skill for skill, _ in shares)
    return [
        (skill, share_text(shares.get((skill, True))), share_text(shares.get((skill, False))))
        for skill in skills
    ]


def share_text(share: Share | None) -> str:
    if share is None or share.n == 0:
        return ""
    low, high = share.interval
    return f"{percent(share.value)} ({100 * low:.1f} – {100 * high:.1f}, n = {share.n:,})"


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    def row(cells: Sequence[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(c)}</{tag}>" for c in cells) + "</tr>"

    return f"<table>{row(headings, 'th')}{''.join(row(cells, 'td') for cells in rows)}</table>"


def draw(reports: Sequence[ModelReport], path: Path) -> None:
    """Writes a picture: accuracy by skill and mode with its interval, a panel for each model."""
    from matplotlib.figure import Figure

    skills = len({skill for skill, _ in reports[0].accuracy.by_skill()})
    figure = Figure(figsize=(9, (0.6 + 0.36 * skills) * len(reports) + 0.6), layout="constrained")
    panels = figure.subplots(len(reports), 1, squeeze=False)[:, 0]
    for axes, each in zip(panels, reports, strict=True):
        _bars(axes, each)
    figure.savefig(path, dpi=160)


def _bars(axes: Axes, r: ModelReport) -> None:
    shares = r.accuracy.by_skill()
    skills = list(dict.fromkeys(skill for skill, _ in shares))
    for mode, offset in ((True, -0.2), (False, 0.2)):
        known = [(i, shares[s, mode]) for i, s in enumerate(skills) if (s, mode) in shares]
        values = [100 * share.value for _, share in known]
        ends = [share.interval for _, share in known]
        errors = [
            [max(0, v - 100 * low) for v, (low, _) in zip(values, ends, strict=True)],
            [max(0, 100 * high - v) for v, (_, high) in zip(values, ends, strict=True)],
        ]
        places = [i + offset for i, _ in known]
        axes.barh(places, values, 0.38, xerr=errors, color=COLOURS[mode], label=MODES[mode])
    axes.set_yticks(range(len(skills)), skills)
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    axes.set_xlabel("right answers, %")
    axes.set_title(r.name)
    axes.legend(loc="lower left")
    axes.spines[["top", "right"]].set_visible(False)
