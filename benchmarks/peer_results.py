"""What peers.py measures: repetitions, which of them count, and what they say together."""

from __future__ import annotations

import statistics
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Task = Literal["prefill", "decode"]
MAX_PROBE_SPREAD = 1.1  # within one repetition


@dataclass(frozen=True)
class Repetition:
    """Read-probe, ours, read-probe, peer, read-probe. Rates in tok/s, probes in bytes/s."""

    ours: float
    peer: float
    probes: tuple[float, float, float]

    def is_quiet(self, min_read: float) -> bool:
        """Whether memory was as fast before, between and after, and fast enough.

        The probe after ours alone may be faster: ours has just read the mapped file, of which the
        last cache level then holds a part, while the peer reads a copy of its own.
        """
        before, _, after = self.probes
        slowest = min(self.probes)
        return max(before, after) <= MAX_PROBE_SPREAD * slowest and slowest >= min_read

    @property
    def read_ours(self) -> float:
        """Read bandwidth around our part, bytes/s."""
        return (self.probes[0] + self.probes[1]) / 2

    @property
    def read_peer(self) -> float:
        return (self.probes[1] + self.probes[2]) / 2


@dataclass(frozen=True)
class Spread:
    median: float
    min: float
    max: float

    @classmethod
    def of(cls, values: list[float]) -> Spread:
        return cls(statistics.median(values), min(values), max(values))


@dataclass
class Comparison:
    """One model and task on one of our rows against one peer. Only quiet repetitions are kept."""

    model: str
    row: str
    peer: str  # as it names itself
    task: Task
    token_bytes: float  # that decoding one token reads
    kept: list[Repetition] = field(default_factory=list)
    n_dropped: int = 0

    @property
    def ours(self) -> Spread:
        return Spread.of([r.ours for r in self.kept])

    @property
    def theirs(self) -> Spread:
        return Spread.of([r.peer for r in self.kept])

    @property
    def ratio(self) -> Spread:
        return Spread.of([r.ours / r.peer for r in self.kept])

    @property
    def our_share(self) -> Spread:
        """Of the probed read bandwidth, when decoding."""
        return Spread.of([r.ours * self.token_bytes / r.read_ours for r in self.kept])

    @property
    def their_share(self) -> Spread:
        return Spread.of([r.peer * self.token_bytes / r.read_peer for r in self.kept])

    @property
    def read(self) -> Spread:
        return Spread.of([probe for r in self.kept for probe in r.probes])

    def as_json(self) -> dict[str, Any]:
        out = asdict(self)
        if self.kept:
            names = ["ours", "theirs", "ratio", "read"]
            names += ["our_share", "their_share"] if self.task == "decode" else []
            out |= {name: asdict(getattr(self, name)) for name in names}
        return out
