"""Kinds of tools that mean something, by area, and those of which training sees none."""

from __future__ import annotations

from .health import HEALTH
from .held_out import HELD_OUT_DOMAINS
from .home import HOME
from .house import HOUSE
from .industry import INDUSTRY
from .leisure import LEISURE
from .office import OFFICE
from .online import ONLINE
from .shops import SHOPS
from .traffic import TRAFFIC
from .work import WORK

__all__ = ["DOMAINS", "HELD_OUT_DOMAINS"]
DOMAINS = (
    *HOME, *OFFICE, *HEALTH, *HOUSE, *INDUSTRY, *LEISURE, *ONLINE, *SHOPS, *TRAFFIC, *WORK
)  # fmt: skip
