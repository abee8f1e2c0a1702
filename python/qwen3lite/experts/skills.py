"""Which choices routers take for which of an accuracy set's skills."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import InvalidArgumentError
from ..evaluate import Item, ItemProgress, accuracy
from ..evaluate.accuracy import MAX_TOKENS
from ..model import Model
from .pack import PluggedPack
from .statistics import RouterUse, since


def use_by_skill(
    model: Model,
    items: Sequence[Item],
    *,
    max_tokens: int = MAX_TOKENS,
    progress: ItemProgress | None = None,
) -> dict[str, list[RouterUse]]:
    """Asks the model all items, skill by skill in order of their names, as accuracy() does.

    Counted is what was computed, prompts included: a beginning that prompts share is computed once.
    Throws what accuracy() throws, and InvalidArgumentError for a model without routers.
    """
    check_routers(model)
    skills: dict[str, list[Item]] = {}
    for item in items:
        skills.setdefault(item.skill, []).append(item)
    found: dict[str, list[RouterUse]] = {}
    n_done = n_right = 0
    for skill, asked in sorted(skills.items()):
        before = model.expert_stats()
        tell = progress and _later(progress, n_done, n_right, len(items))
        answered = accuracy(model, asked, max_tokens=max_tokens, progress=tell)
        found[skill] = since(model.expert_stats(), before)
        n_done += len(asked)
        n_right += answered.share().n_right
    return found


def _later(progress: ItemProgress, n_done: int, n_right: int, n_all: int) -> ItemProgress:
    """The same of a part of the items, when others are done."""
    return lambda done, _, right: progress(n_done + done, n_all, n_right + right)


def check_routers(model: Model) -> None:
    """Throws InvalidArgumentError where there is nothing to count."""
    if not model.expert_stats():
        raise InvalidArgumentError(
            f"{model.path} has no experts, and no pack is plugged in; pass one with --experts."
        )


def choice_names(packs: Sequence[PluggedPack], use: RouterUse) -> list[str]:
    """The names that the router's pack has for its choices, else "#0", "#1" and so on."""
    for pack in packs:
        if pack.id == use.pack and pack.names:
            return pack.names
    return [f"#{number}" for number in range(len(use.n_taken))]
