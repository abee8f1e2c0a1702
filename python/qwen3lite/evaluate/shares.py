"""Shares of right answers, and of two models on the same items: how sure they are."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

Z = 1.959963984540054  # of a two-sided 95 % interval


@dataclass(frozen=True)
class Share:
    """`n_right` of `n`."""

    n_right: int
    n: int

    @staticmethod
    def of(outcomes: Iterable[bool]) -> Share:
        values = list(outcomes)
        return Share(sum(values), len(values))

    @property
    def value(self) -> float:
        """From 0 to 1; NaN where there is nothing."""
        return self.n_right / self.n if self.n else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval."""
        if not self.n:
            return math.nan, math.nan
        p, n = self.value, self.n
        centre = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
        half = Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
        return max(0.0, centre - half), min(1.0, centre + half)


@dataclass(frozen=True)
class Pairs:
    """How many items only the first model, and only the second one, answers right, of `n`."""

    n: int
    only_first: int
    only_second: int

    @staticmethod
    def of(outcomes: Iterable[tuple[bool, bool]]) -> Pairs:
        counts = Counter(outcomes)
        return Pairs(counts.total(), counts[True, False], counts[False, True])

    @property
    def difference(self) -> float:
        """The second model's share less the first one's."""
        return (self.only_second - self.only_first) / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """95 % of the difference, by the normal approximation for pairs."""
        a, b = self.only_first, self.only_second
        half = Z * math.sqrt(max(0.0, a + b - (a - b) ** 2 / self.n)) / self.n
        return self.difference - half, self.difference + half

    @property
    def p_value(self) -> float:
        """McNemar's exact test that neither is better."""
        n, k = self.only_first + self.only_second, min(self.only_first, self.only_second)
        tail = sum(math.comb(n, i) for i in range(k + 1))
        return min(1.0, 2 * tail / (1 << n))
