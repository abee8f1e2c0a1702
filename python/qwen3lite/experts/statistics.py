"""How a model's routers use their experts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from .. import _core


@dataclass(frozen=True)
class RouterUse:
    """One router's choices since the model was opened or the pack plugged in.

    `pack` is the pack's id, None for the model's own router; `n_taken` how often tokens took each
    choice.
    """

    pack: int | None
    layer: int
    n_taken: list[int]

    @property
    def shares(self) -> list[float]:
        """Of all that was taken, each choice's part."""
        total = sum(self.n_taken) or 1
        return [n / total for n in self.n_taken]

    @property
    def entropy(self) -> float:
        """Of the shares, 0 (one choice takes all) to 1 (all are alike)."""
        return sum(p * log(1 / p) for p in self.shares if p > 0) / log(len(self.n_taken))

    @property
    def balance(self) -> float:
        """The mean share divided by the largest: 1 if all are alike."""
        return 1 / (len(self.n_taken) * max(self.shares)) if any(self.n_taken) else 1.0


@dataclass(frozen=True)
class CacheUse:
    """What a cache of experts has done since the model was opened.

    Experts that steps wanted, of which so many were in memory or on their way; experts that were
    read because a router, run early, foresaw them, of which so many were wanted next; bytes read.
    """

    n_wanted: int
    n_hits: int
    n_foreseen: int
    n_come_true: int
    bytes_read: int


def router_use(engine: _core.Engine) -> list[RouterUse]:
    return [RouterUse(pack or None, layer, taken) for pack, layer, taken in engine.expert_use()]


def since(now: Sequence[RouterUse], before: Sequence[RouterUse]) -> list[RouterUse]:
    """What was taken between two calls; routers that came since count from their beginning."""
    known = {(use.pack, use.layer): use.n_taken for use in before}

    def difference(use: RouterUse) -> RouterUse:
        earlier = known.get((use.pack, use.layer), [0] * len(use.n_taken))
        taken = [n - m for n, m in zip(use.n_taken, earlier, strict=True)]
        return RouterUse(use.pack, use.layer, taken)

    return [difference(use) for use in now]
