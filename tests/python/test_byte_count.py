from __future__ import annotations

import pytest

from qwen3lite import InvalidArgumentError
from qwen3lite.byte_count import byte_count


@pytest.mark.parametrize(
    ("size", "expected"),
    [(0, 0), (7, 7), ("512", 512), ("2K", 2048), ("1.5m", 3 << 19), (" 2G ", 2 << 30)],
)
def test_sizes(size: int | str, expected: int) -> None:
    assert byte_count(size) == expected


@pytest.mark.parametrize("size", [-1, "", "G", "2T", "two", "-1"])
def test_what_is_no_size(size: int | str) -> None:
    with pytest.raises(InvalidArgumentError):
        byte_count(size)
