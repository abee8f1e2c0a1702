"""A benchmark as a picture: the rates, and decoding under the roof of the memory bandwidth."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .atomic_file import check_target
from .errors import FileError

if TYPE_CHECKING:
    from .benchmark import Benchmark, Samples

SUFFIXES = (".png", ".svg", ".pdf")
PROMPT, DECODE, ROOF, INK = "#4c78a8", "#f58518", "#9aa5b1", "#333333"

MOST_LABELS = 15  # repetitions beyond which numbers would overlap


def check_plot(path: Path) -> None:
    """Throws FileError where draw() could not write `path`: known before minutes of measuring."""
    if find_spec("matplotlib") is None:
        raise FileError(
            f"{path}: drawing needs the package matplotlib; run 'pip install matplotlib'."
        )
    if path.suffix.lower() not in SUFFIXES:
        raise FileError(f"{path}: a picture's name ends in {', '.join(SUFFIXES[:-1])} or .pdf.")
    check_target(path)


def draw(result: Benchmark, path: Path) -> None:
    """Writes the picture. Bars are medians, whiskers the spread, dots the repetitions."""
    from matplotlib.figure import Figure

    r = result
    figure = Figure(figsize=(11, 4.6), layout="constrained")
    prompt, decode, roof = figure.subplots(1, 3, width_ratios=(1, 1.5, 2.6))
    figure.suptitle(
        f"{Path(r.model).name}  ·  {r.isa}, threads {r.threads}  ·  prompt {r.n_prompt},"
        f" steps {r.n_gen}, depth {r.depth}, batch {r.batch}",
        fontsize=11,
        color=INK,
    )
    first_token = f"{r.n_prompt:,} tokens\n(first token: {r.ttft_ms.median:,.0f} ms)"
    _bars(prompt, "Prompt", [(first_token, r.prefill_tok_s.values, PROMPT)])
    step_bytes = r.weight_bytes + r.cache_bytes
    limit = tuple(1e9 * r.batch * gb_s / step_bytes for gb_s in r.read_gb_s.values)
    _bars(
        decode,
        "Decoding",
        [("decoded", r.decode_tok_s.values, DECODE), ("limit of\nmemory", limit, ROOF)],
    )
    _roof(roof, r)
    for axes in (prompt, decode, roof):
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(colors=INK)
    figure.savefig(path, dpi=160)


def _bars(axes: Any, title: str, bars: list[tuple[str, tuple[float, ...], str]]) -> None:
    from .benchmark import Samples

    top = max(max(values) for _, values, _ in bars)
    for place, (_, values, color) in enumerate(bars):
        s = Samples(values)
        axes.bar(place, s.median, width=0.62, color=color)
        whiskers = [[s.median - s.min], [s.max - s.median]]
        axes.errorbar(place, s.median, yerr=whiskers, color=INK, capsize=5, linewidth=1.2)
        axes.annotate(
            f"{s.median:,.0f}" if s.median >= 100 else f"{s.median:.1f}",
            (place, s.max),
            xytext=(0, 5),
            textcoords="offset points",
            ha="center",
            color=INK,
            fontweight="bold",
        )
        _dots(axes, place, s)
    axes.set_title(title, fontsize=11, color=INK)
    axes.set_ylabel("tokens per second", color=INK)
    axes.set_xticks(range(len(bars)), [name for name, _, _ in bars])
    axes.set_xlim(-0.6, len(bars) - 0.4)
    axes.set_ylim(0, 1.12 * top)


def _dots(axes: Any, place: float, samples: Samples) -> None:
    """The repetitions side by side in their order, so that a drift shows."""
    n = len(samples.values)
    across = [place - 0.22 + 0.44 * (i + 0.5) / n for i in range(n)]
    axes.scatter(across, samples.values, s=14, color="white", edgecolors=INK, linewidths=0.7)


def _roof(axes: Any, r: Benchmark) -> None:
    repetitions = range(1, r.repeat + 1)
    top = max(r.read_gb_s.max, r.decode_gb_s.max)
    axes.bar(repetitions, r.read_gb_s.values, width=0.7, color=ROOF, alpha=0.45, label="memory")
    axes.bar(repetitions, r.decode_gb_s.values, width=0.7, color=DECODE, label="decoding")
    for place, read, decode, share in zip(
        repetitions,
        r.read_gb_s.values,
        r.decode_gb_s.values,
        r.decode_bandwidth_share.values,
        strict=True,
    ):
        axes.plot([place - 0.35, place + 0.35], [read, read], color=INK, linewidth=1.8)
        if r.repeat <= MOST_LABELS:
            fits = decode > 0.1 * top
            axes.annotate(
                f"{share:.0%}",
                (place, decode),
                xytext=(0, -4 if fits else 4),
                textcoords="offset points",
                ha="center",
                va="top" if fits else "bottom",
                color="white" if fits else INK,
                fontweight="bold",
                fontsize=9,
            )
    share = r.decode_bandwidth_share.median
    axes.set_title(f"Decoding under memory's roof: {share:.0%} of it", fontsize=11, color=INK)
    axes.set_xlabel("repetition", color=INK)
    axes.set_ylabel("GB read per second", color=INK)
    if r.repeat <= MOST_LABELS:
        axes.set_xticks(list(repetitions))
    axes.set_ylim(0, 1.22 * top)
    axes.legend(frameon=False, ncols=2, loc="upper right", labelcolor=INK)
