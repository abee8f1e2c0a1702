"""Every weight format against gguf-py: decoding and encoding bit for bit where it defines them."""

from __future__ import annotations

import re

import numpy as np
import pytest
from block_support import FORMATS, HALVES, REAL, Bytes, Floats, layout, normal, random_blocks
from gguf import quants
from gguf.constants import GGMLQuantizationType

from qwen3lite import _core
from qwen3lite.errors import InvalidArgumentError

QUANTISED = [name for name in FORMATS if name not in REAL]
# gguf-py has no encoder for these. Bounds of the root mean squared error of normal values, and of
# any error relative to its row's largest value (half a step, and the rounding of its scale).
SEARCHED = {"Q4_K": (0.075, 0.06), "Q5_K": (0.0375, 0.04), "Q6_K": (0.0176, 0.03)}
COPIED = [name for name in FORMATS if name not in SEARCHED]


def reference_decode(name: str, blocks: Bytes) -> Floats:
    if name in ("F32", "F16"):
        return blocks.view(np.float32 if name == "F32" else np.float16).astype(np.float32)
    return quants.dequantize(blocks, GGMLQuantizationType[name])


def reference_encode(name: str, x: Floats) -> Bytes:
    return quants.quantize(x, GGMLQuantizationType[name]).view(np.uint8).reshape(len(x), -1)


def special_rows(columns: int) -> Floats:
    """Rows that search for trouble: zeros, constants, lone values, halves' limits, tiny scales."""
    x = np.zeros((14, columns), np.float32)
    x[1, -1] = 0.5  # zeros but for the last value
    x[2], x[3] = 1.0, -2.5
    x[4, 5], x[5, 7] = 3.0, -3.0
    x[6] = np.linspace(-1, 1, columns)
    x[7] = np.where(np.arange(columns) % 2 == 0, 1.0, -1.0)
    x[8] = normal(1, columns) * 6e4 / 8  # beyond many a format's unit, within a half's range
    x[9] = normal(2, columns) * 1e-5  # scales are subnormal halves
    x[10] = normal(3, columns) * 1e-7  # scales round to the smallest half, or to zero
    x[11] = normal(4, columns) * 1e-30  # scales are zero
    x[12] = np.abs(normal(5, columns))
    x[13] = np.abs(normal(6, columns)) + 100.0
    return x


def test_the_table_lists_every_format() -> None:
    assert set(FORMATS) == {*REAL, *HALVES}


@pytest.mark.parametrize("name", QUANTISED)
def test_decoding_of_any_codes_is_bit_equal(name: str) -> None:
    blocks = random_blocks(name, 64, 768, seed=3)
    expected = reference_decode(name, blocks)
    np.testing.assert_array_equal(
        _core.decode(name, blocks).view(np.uint32), expected.view(np.uint32)
    )


@pytest.mark.parametrize("name", ["F16", "BF16"])
def test_decoding_of_every_16_bit_number(name: str) -> None:
    blocks = np.arange(1 << 16, dtype=np.uint16).view(np.uint8).reshape(4, -1)
    np.testing.assert_array_equal(_core.decode(name, blocks), reference_decode(name, blocks))


@pytest.mark.parametrize("name", QUANTISED)
def test_decoding_of_every_scale(name: str) -> None:
    """Zero, subnormal, infinite and NaN scales included."""
    size = layout(name)
    blocks = np.random.default_rng(4).integers(0, 256, (1 << 16, size.bytes), dtype=np.uint8)
    for offset in HALVES[name]:
        blocks[:, offset : offset + 2] = (
            np.arange(1 << 16, dtype=np.uint16).view(np.uint8).reshape(-1, 2)
        )
    blocks = blocks[:: 1 if size.values == 32 else 7]  # of the superblocks a seventh, for time
    with np.errstate(invalid="ignore"):
        expected = reference_decode(name, blocks)
    np.testing.assert_array_equal(_core.decode(name, blocks), expected)


@pytest.mark.parametrize("name", COPIED)
def test_encoding_is_bit_equal(name: str) -> None:
    for x in (normal(7, 70, 576), normal(8, 3, 576) ** 3, special_rows(576)):
        np.testing.assert_array_equal(_core.encode(name, x), reference_encode(name, x))


@pytest.mark.parametrize("name", QUANTISED)
def test_negative_zeros_decode_to_zero(name: str) -> None:
    """gguf-py and ggml disagree about the sign of a zero block's scale; it means nothing."""
    x = np.full((2, 768), -0.0, np.float32)
    x[1, ::2] = 0.0
    assert (_core.decode(name, _core.encode(name, x)) == 0).all()


@pytest.mark.parametrize("name", SEARCHED)
def test_encoding_error(name: str) -> None:
    bound, _ = SEARCHED[name]
    x = normal(9, 64, 768)
    error = (_core.decode(name, _core.encode(name, x)) - x).astype(np.float64)
    assert np.sqrt(np.mean(error**2)) <= bound
    assert abs(error.mean()) <= bound / 100  # no bias


@pytest.mark.parametrize("name", SEARCHED)
@pytest.mark.parametrize("scale", [0.05, 1.0, 1e3])
def test_encoding_of_special_rows(name: str, scale: float) -> None:
    _, bound = SEARCHED[name]
    x = special_rows(768)[[0, 1, 2, 3, 4, 5, 6, 7, 12, 13]] * np.float32(scale)
    y = _core.decode(name, _core.encode(name, x))
    assert (y[0] == 0).all()
    assert (np.abs(y - x) <= np.abs(x).max(1, keepdims=True) * bound).all()


@pytest.mark.parametrize("name", SEARCHED)
def test_scales_below_the_halves_give_small_values(name: str) -> None:
    """Blocks too small for their scale's type become (nearly) zero, never something large."""
    x = special_rows(768)[9:12]
    y = _core.decode(name, _core.encode(name, x))
    assert (np.abs(y) <= 2 * np.abs(x).max(1, keepdims=True)).all()


@pytest.mark.parametrize("name", FORMATS)
def test_wrong_shapes_are_refused(name: str) -> None:
    size = layout(name)
    with pytest.raises(InvalidArgumentError, match="matrix"):
        _core.encode(name, np.zeros(size.values, np.float32))
    with pytest.raises(InvalidArgumentError, match="matrix"):
        _core.decode(name, np.zeros(size.bytes, np.uint8))
    if size.values > 1:
        with pytest.raises(InvalidArgumentError, match=re.escape(name)):
            _core.encode(name, np.zeros((2, size.values + 1), np.float32))
    with pytest.raises(InvalidArgumentError, match=re.escape(name)):
        _core.decode(name, np.zeros((2, size.bytes + 1), np.uint8))


def test_an_unknown_format_is_refused_and_the_known_are_named() -> None:
    for call in (
        lambda: _core.encode("Q9_9", np.zeros((1, 32), np.float32)),
        lambda: _core.decode("Q9_9", np.zeros((1, 34), np.uint8)),
    ):
        with pytest.raises(InvalidArgumentError, match=r"'Q9_9'.*Q4_0"):
            call()
