"""What the tests of the command line share: the program run in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Run = Callable[..., "Outcome"]


@dataclass
class Outcome:
    out: str
    err: str
    status: int
