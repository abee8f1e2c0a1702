"""Sizes as people write them."""

from __future__ import annotations

import re

from .errors import InvalidArgumentError

UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def byte_count(size: int | str) -> int:
    """Bytes of `size`, a number or a text such as "2G"; K, M and G are powers of 1024.

    Throws InvalidArgumentError.
    """
    if isinstance(size, str):
        match = re.fullmatch(r"(\d+(?:\.\d+)?)([KMG]?)", size.strip().upper())
        if match is None:
            raise InvalidArgumentError(f"'{size}' is no size; write bytes, or 96M or 2G.")
        size = int(float(match[1]) * UNITS[match[2]])
    if not 0 <= size < 1 << 63:
        raise InvalidArgumentError(f"{size} bytes are fewer than none, or more than there are.")
    return size
