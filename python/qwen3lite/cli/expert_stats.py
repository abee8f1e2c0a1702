"""qwen3lite experts stats, and --expert-stats: which choices routers take."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .display import open_model, plain_console
from .eval_accuracy import SetPath, items_progress
from .options import Context, Experts, Json, KvType, ModelName, Threads, Type

if TYPE_CHECKING:
    from ..experts import PluggedPack, RouterUse
    from ..model import Model

MOST_SHOWN = 4  # choices of a router in a table


def stats(
    model: ModelName,
    set: SetPath,
    experts: Experts = None,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", metavar="FILE", help="Draw a heat map: .png, .svg or .pdf."),
    ] = None,
    max_tokens: Annotated[
        int, typer.Option("-n", "--max-tokens", help="Most tokens of an answer.")
    ] = 512,
    threads: Threads = None,
    ctx: Context = 4096,
    kv_type: KvType = "f16",
    as_json: Json = False,
    type: Type = "q8_0",
) -> None:
    """Show which choices routers take for which skill: ask an accuracy set's items, and count.

    Entropy is 0 where one choice takes all and 1 where all are alike; balance is the mean share
    divided by the largest.
    """
    from ..benchmark_plot import check_plot
    from ..evaluate import read_items
    from ..experts.skills import use_by_skill

    if plot is not None:
        check_plot(plot)
    items = read_items(set)
    loaded = open_model(model, type, threads, ctx, experts=experts, kv_type=kv_type)
    with items_progress() as progress:
        found = use_by_skill(loaded, items, max_tokens=max_tokens, progress=progress)
    if plot is not None:
        from ..experts.heat_map import draw

        draw(found, loaded.experts, plot)
    if as_json:
        print(json.dumps(summary(found, loaded.experts), ensure_ascii=False))
    else:
        _print_skills(found, loaded.experts)


def summary(
    found: Mapping[str, Sequence[RouterUse]], packs: Sequence[PluggedPack]
) -> list[dict[str, Any]]:
    """Router by router; `pack` is null for the model's own."""
    from ..experts.skills import choice_names

    paths = {pack.id: str(pack.path) for pack in packs}
    return [
        {
            "pack": None if uses[0].pack is None else paths[uses[0].pack],
            "layer": uses[0].layer,
            "choices": choice_names(packs, uses[0]),
            "skills": {skill: _figures(use) for skill, use in zip(found, uses, strict=True)},
        }
        for uses in zip(*found.values(), strict=True)
    ]


def _figures(use: RouterUse) -> dict[str, Any]:
    return {
        "n_taken": use.n_taken,
        "shares": use.shares,
        "entropy": use.entropy,
        "balance": use.balance,
    }


def _print_skills(found: Mapping[str, Sequence[RouterUse]], packs: Sequence[PluggedPack]) -> None:
    from rich.table import Table

    from ..experts.skills import choice_names

    table = Table("pack", "layer", "skill", "shares, %", "entropy", "balance", box=None)
    for uses in zip(*found.values(), strict=True):
        for skill, use in zip(found, uses, strict=True):
            is_first = use is uses[0]
            table.add_row(
                _owner(packs, use) if is_first else "",
                str(use.layer) if is_first else "",
                skill,
                _shares(use, choice_names(packs, use)),
                f"{use.entropy:.2f}",
                f"{use.balance:.2f}",
            )
    plain_console().print(table)


class RouterTable:
    """Tells, on stderr, what a model's routers chose since it was told last.

    Throws InvalidArgumentError for a model without routers.
    """

    def __init__(self, model: Model) -> None:
        from ..experts.skills import check_routers

        check_routers(model)
        self._model = model
        self._before = model.expert_stats()

    def show(self) -> None:
        from rich.table import Table

        from ..experts.skills import choice_names
        from ..experts.statistics import since

        packs = self._model.experts
        now = self._model.expert_stats()
        table = Table("pack", "layer", "shares, %", "entropy", box=None)
        for use in since(now, self._before):
            shares = _shares(use, choice_names(packs, use))
            table.add_row(_owner(packs, use), str(use.layer), shares, f"{use.entropy:.2f}")
        plain_console(stderr=True).print(table)
        self._before = now


def _owner(packs: Sequence[PluggedPack], use: RouterUse) -> str:
    return next((pack.name or pack.path.name for pack in packs if pack.id == use.pack), "own")


def _shares(use: RouterUse, names: Sequence[str]) -> str:
    """The largest shares first, in percent: "math 62, base 38"."""
    largest = sorted(zip(use.shares, names, strict=True), key=lambda pair: -pair[0])
    shown = [f"{name} {100 * share:.0f}" for share, name in largest[:MOST_SHOWN]]
    return ", ".join(shown) + (", ..." if len(largest) > MOST_SHOWN else "")
