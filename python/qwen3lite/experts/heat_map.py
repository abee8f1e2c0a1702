"""Routers as a picture: the share of each choice by layer and skill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .pack import PluggedPack
from .skills import choice_names
from .statistics import RouterUse

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import SubFigure

INK = "#333333"
COLOURS = "viridis"
BRIGHT = 0.6  # of the scale, from which on black is easier to read than white
MOST_PANELS = 8  # choices beyond which there is a panel for each skill instead
MOST_COLUMNS = 24  # of a panel, beyond which they are narrow and have no numbers
WIDTH = 17  # inches that panels side by side may fill


@dataclass(frozen=True)
class Shares:
    """Of one pack's routers, or the model's own: values [layer, skill, choice]."""

    title: str
    layers: Sequence[int]
    skills: Sequence[str]
    choices: Sequence[str]
    values: npt.NDArray[np.float64]

    def panels(self) -> list[tuple[str, npt.NDArray[np.float64], Sequence[str]]]:
        """Title, values [layer, column] and the columns' labels of each."""
        if len(self.choices) > MOST_PANELS:
            return [(s, self.values[:, i], self.choices) for i, s in enumerate(self.skills)]
        return [(c, self.values[:, :, i], self.skills) for i, c in enumerate(self.choices)]


def draw(
    found: Mapping[str, Sequence[RouterUse]], packs: Sequence[PluggedPack], path: Path
) -> None:
    """Writes the picture of what use_by_skill() found: .png, .svg or .pdf."""
    from matplotlib.figure import Figure

    groups = shares(found, packs)
    heights = [_height(group) for group in groups]
    width = max(_width(group) for group in groups)
    figure = Figure(figsize=(width, sum(heights)), layout="constrained")
    parts = figure.subfigures(len(groups), 1, squeeze=False, height_ratios=heights)[:, 0]
    for part, group in zip(parts, groups, strict=True):
        _draw_group(part, group)
    figure.savefig(path, dpi=160)


def shares(found: Mapping[str, Sequence[RouterUse]], packs: Sequence[PluggedPack]) -> list[Shares]:
    """The model's own routers first, then those of packs in their order."""
    skills = list(found)
    first = found[skills[0]]
    titles = {None: "The model's own experts"} | {
        pack.id: pack.name or pack.path.name for pack in packs
    }
    groups = []
    for owner in dict.fromkeys(use.pack for use in first):
        places = [i for i, use in enumerate(first) if use.pack == owner]
        values = np.array([[found[skill][i].shares for skill in skills] for i in places])
        layers = [first[i].layer for i in places]
        names = choice_names(packs, first[places[0]])
        groups.append(Shares(titles[owner], layers, skills, names, values))
    return groups


def _size(group: Shares) -> tuple[float, float]:
    """Inches of one panel's cells, with some room around them."""
    n = len(group.panels()[0][2])
    column = 0.34 if n <= MOST_COLUMNS else 0.1
    return max(1.6, column * n), 0.9 + 0.24 * len(group.layers)


def _grid(group: Shares) -> tuple[int, int]:
    """Rows and columns of panels."""
    n = len(group.panels())
    columns = min(n, max(1, int(WIDTH / _size(group)[0])))
    return -(-n // columns), columns


def _height(group: Shares) -> float:
    longest = max(map(len, group.panels()[0][2]))
    return 1.0 + _grid(group)[0] * _size(group)[1] + 0.07 * longest


def _width(group: Shares) -> float:
    return max(5.0, 1.8 + _grid(group)[1] * _size(group)[0])


def _draw_group(part: SubFigure, group: Shares) -> None:
    panels = group.panels()
    rows, columns = _grid(group)
    part.suptitle(f"{group.title}: what tokens take, in percent", fontsize=11, color=INK)
    grid = part.subplots(rows, columns, squeeze=False, sharey=True)
    top = max(group.values.max(), 0.01)
    for place, axes in enumerate(grid.flat):
        if place >= len(panels):
            axes.set_visible(False)
            continue
        title, values, labels = panels[place]
        image = axes.imshow(100 * values, vmin=0, vmax=100 * top, cmap=COLOURS, aspect="auto")
        axes.set_title(title, fontsize=10, color=INK)
        _label(axes, labels, group.layers)
        axes.tick_params(labelbottom=place + columns >= len(panels))  # none below it
        if len(labels) <= MOST_COLUMNS:
            _number(axes, values, top)
    for axes in grid[:, 0]:
        axes.set_ylabel("layer", color=INK)
    bar = part.colorbar(image, ax=grid, pad=0.01, fraction=0.03, aspect=30)
    bar.outline.set_visible(False)
    bar.ax.tick_params(colors=INK, labelsize=8)


def _label(axes: Axes, labels: Sequence[str], layers: Sequence[int]) -> None:
    step = -(-len(labels) // MOST_COLUMNS)
    places = range(0, len(labels), step)
    axes.set_xticks(places, [labels[place] for place in places], rotation=90, fontsize=8)
    axes.set_yticks(range(len(layers)), [str(layer) for layer in layers], fontsize=8)
    axes.tick_params(colors=INK, length=0)
    axes.spines[:].set_visible(False)


def _number(axes: Axes, values: npt.NDArray[np.float64], top: float) -> None:
    for (row, column), value in np.ndenumerate(values):
        colour = "black" if value > BRIGHT * top else "white"
        text = f"{100 * value:.0f}"
        axes.text(column, row, text, ha="center", va="center", fontsize=6.5, color=colour)
