"""Attention and the cache's stores of every instruction set against NumPy in float64.

Where there are matrix tiles, attention takes its operands as bf16, but over a cache of float32.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt
import pytest
from block_support import Floats, normal
from gguf import GGMLQuantizationType, quants
from isa_support import BF16_ERROR, Doubles, as_bf16, each_isa

from qwen3lite import _core

Attention = Callable[[Floats, Floats, Floats, float], Doubles]
CHUNK = 512  # positions whose softmax is finished before the next's
PAGE = 64  # which is the chunk of generated rows on tiles
CENTRE_STRIDE = 4  # of keys of a page whose mean those of the next are kept less
KV_TYPES = ["f32", "f16", "q8_0", "q4_0"]
KV_FORMATS = {"q8_0": GGMLQuantizationType.Q8_0, "q4_0": GGMLQuantizationType.Q4_0}


def attends_on_tiles(isa: str, kv_type: str) -> bool:
    return isa == "amx" and kv_type != "f32"


def spread(x: Floats) -> Floats:
    """The transform of rows in float32, in the kernels' order."""
    size = x.shape[1] & -x.shape[1]
    y = x
    distance = size // 2
    while distance > 0:
        pairs = y.reshape(len(x), -1, 2, distance)
        first, second = pairs[:, :, :1], pairs[:, :, 1:]
        y = np.concatenate([first + second, first - second], axis=2)
        distance //= 2
    scaled: Floats = y.reshape(x.shape) * (np.float32(1) / np.sqrt(np.float32(size)))
    return scaled


def hadamard(n: int) -> Doubles:
    """Of the largest power of two in n, once for each part of so many values."""
    size = n & -n
    h = np.ones((1, 1))
    while len(h) < size:
        h = np.block([[h, h], [h, -h]])
    return np.kron(np.eye(n // size), h / np.sqrt(size))


def kept_rows(isa: str, kv_type: str, x: Floats, are_keys: bool = False) -> Floats:
    """What a cache of that type makes of a sequence's rows; quantised ones are spread."""
    stored = _core.kernel_store_kv(isa, kv_type, x, are_keys)
    if kv_type not in KV_FORMATS:
        return stored.view(np.float32 if kv_type == "f32" else np.float16).astype(np.float32)
    rows: Floats = quants.dequantize(stored, KV_FORMATS[kv_type])
    centre = np.zeros_like(rows[0])
    for begin in range(0, len(rows) if are_keys else 0, PAGE):
        # As what they differ by from a mean of the page before.
        total = np.zeros_like(centre)
        for row in rows[begin : begin + PAGE : CENTRE_STRIDE]:
            total = row + total
        rows[begin : begin + PAGE] += centre
        mean = total * np.float32(CENTRE_STRIDE / PAGE)
        centre = (centre + mean).astype(np.float16).astype(np.float32)
    return rows


def kept(isa: str, kv_type: str, x: Floats, are_keys: bool = False) -> Floats:
    """The same as values."""
    rows = kept_rows(isa, kv_type, x, are_keys)
    if kv_type not in KV_FORMATS:
        return rows
    return (rows.astype(np.float64) @ hadamard(x.shape[1])).astype(np.float32)


def keys_of(seed: int, n: int, dim: int) -> Floats:
    """With much in common, and some channels that stand out, as keys have."""
    common = normal(seed + 100, 1, dim)[0]
    common[:: dim // 4] *= 5
    return normal(seed, n, dim) + common


@each_isa
@pytest.mark.parametrize("head_dim", [32, 64, 96, 128, 160, 256])
def test_quantised_caches_round_spread_values(isa: str, head_dim: int) -> None:
    """Of 8 bits to the nearest; of 4 nearer than blocks of weights are to theirs."""
    x = normal(14, 700, head_dim)
    x[:, 5] *= 30
    x[3] = 0
    spread = x.astype(np.float64) @ hadamard(head_dim)

    def blocks(rows: npt.NDArray[np.floating]) -> Doubles:
        return rows.astype(np.float64).reshape(-1, 32)

    def stored(kv_type: str) -> Doubles:
        rows = _core.kernel_store_kv(isa, kv_type, x, False)
        return blocks(quants.dequantize(rows, KV_FORMATS[kv_type]))

    half_step = np.abs(blocks(spread)).max(1, keepdims=True) / 127 / 2
    assert (np.abs(stored("q8_0") - blocks(spread)) <= 1.01 * half_step + 1e-6).all()
    plain = quants.quantize(spread.astype(np.float32), KV_FORMATS["q4_0"])
    errors = [
        ((rows - blocks(spread)) ** 2).sum(1)
        for rows in (stored("q4_0"), blocks(quants.dequantize(plain, KV_FORMATS["q4_0"])))
    ]
    assert errors[0].sum() <= 0.93 * errors[1].sum()
    assert (errors[0] <= 1.2 * errors[1] + 1e-9).mean() > 0.99


@each_isa
def test_quantised_caches_keep_what_keys_differ_by(isa: str) -> None:
    keys = keys_of(12, 400, 128)
    for kv_type in KV_FORMATS:
        error, plain = (
            ((kept(isa, kv_type, keys, are_keys) - keys)[PAGE:] ** 2).sum()
            for are_keys in (True, False)
        )
        assert error < plain / 2


def test_quantised_caches_store_what_the_scalar_row_does() -> None:
    x = keys_of(13, 100, 128)
    for isa in _core.available_isas():
        for kv_type in KV_FORMATS:
            found = kept(isa, kv_type, x, True) - kept("scalar", kv_type, x, True)
            assert (np.abs(found) > 1e-6).mean() < 2e-2  # a sum rounded the other way


def heads(*sizes: int) -> list[tuple[str, int]]:
    """Each type of cache with the sizes of heads that it can keep."""
    return [(t, n) for t in KV_TYPES for n in sizes if t not in KV_FORMATS or n % 32 == 0]


def attention_error(kv_type: str, role: str) -> float:
    """Generated tokens' products over quantised caches are of integers of 16 bits."""
    if kv_type not in KV_FORMATS:
        return 1e-5
    return 6e-4 if role == "generated" else 3e-5


def exact_attention(q: Floats, k: Floats, v: Floats, scale: float) -> Doubles:
    scores = q.astype(np.float64) @ k.T.astype(np.float64) * scale
    weights = np.exp(scores - scores.max(1, keepdims=True))
    result: Doubles = weights / weights.sum(1, keepdims=True) @ v.astype(np.float64)
    return result


@each_isa
@pytest.mark.parametrize(("kv_type", "head_dim"), heads(8, 24, 64, 80, 96, 128, 256))
def test_attend(isa: str, kv_type: str, head_dim: int) -> None:
    keys, values = keys_of(15, 1300, head_dim), normal(16, 1300, head_dim)
    q = normal(17, 3, head_dim)
    q[1] *= 8  # one position takes nearly all
    q[2] = 0  # all take the same
    scale = head_dim**-0.5
    for n in (1, 63, 64, 65, 511, 512, 513, 1300):
        # Other keys come first in some: the largest score is then in an early or a late chunk.
        for part in (slice(0, n), slice(1300 - n, 1300)):
            y = _core.kernel_attend(isa, kv_type, q, keys[part], values[part], scale)
            k, v = kept(isa, kv_type, keys[part], True), kept(isa, kv_type, values[part])
            error = np.abs(y - exact_attention(q, k, v, scale))
            if not attends_on_tiles(isa, kv_type):
                assert error.max() <= attention_error(kv_type, "generated")
                continue
            assert error.max() <= 40 * BF16_ERROR
            rows = [
                kept_rows(isa, kv_type, keys[part], True),
                kept_rows(isa, kv_type, values[part]),
            ]
            found = rounded_attention(q, *rows, scale, PAGE, kv_type in KV_FORMATS)
            error = np.abs(y - found).max(-1)
            assert np.median(error) <= 5e-6
            assert error.max() <= BF16_ERROR


@each_isa
def test_attend_of_scores_beyond_exp(isa: str) -> None:
    """Scores of thousands, of either sign, rising and falling over the chunks."""
    k = np.repeat(np.linspace(-3000, 3000, 1300, dtype=np.float32)[:, None], 8, axis=1)
    v = normal(18, 1300, 8)
    q = np.array([[1] * 8, [-1] * 8], np.float32)
    y = _core.kernel_attend(isa, "f32", q, k, v, 0.125)
    np.testing.assert_allclose(y, exact_attention(q, k, v, 0.125), atol=1e-3)


def rounded_attention(
    q: Floats,
    k: Floats,
    v: Floats,
    scale: float,
    chunk_positions: int = CHUNK,
    are_spread: bool = False,
) -> Doubles:
    """The same with operands as bf16: queries scaled, and the weights of each chunk, whose largest
    is one. Keys and values may be spread, as quantised caches have them."""
    log2_e = np.float32(1.44269504)
    scaled_q = q * (np.float32(scale) * log2_e)
    scaled = as_bf16(spread(scaled_q) if are_spread else scaled_q).astype(np.float64)
    scores = scaled @ as_bf16(k).astype(np.float64).T
    total, values = np.zeros((len(q), 1)), np.zeros((len(q), v.shape[1]))
    for begin in range(0, len(k), chunk_positions):
        end = begin + chunk_positions
        chunk = scores[:, begin:end]
        largest = chunk.max(1, keepdims=True)
        weights = as_bf16(np.exp2(chunk - largest).astype(np.float32)).astype(np.float64)
        factor = np.exp2(largest - scores.max(1, keepdims=True))
        total += factor * weights.sum(1, keepdims=True)
        values += factor * (weights @ as_bf16(v[begin:end]).astype(np.float64))
    result = values / total
    return result @ hadamard(q.shape[1]) if are_spread else result


def exact_prompt(
    q: Floats, k: Floats, v: Floats, scale: float, attention: Attention = exact_attention
) -> Doubles:
    """Each token's group over what is before it, and itself."""
    n_seen = range(len(k) - len(q) + 1, len(k) + 1)
    rows = [attention(q[i], k[:n], v[:n], scale) for i, n in enumerate(n_seen)]
    return np.array(rows)


@each_isa
@pytest.mark.parametrize(("kv_type", "head_dim"), heads(8, 20, 64, 80, 96, 128))
def test_attend_prompt(isa: str, kv_type: str, head_dim: int) -> None:
    """Tiles that begin or end within a page, a chunk or a vector, for groups of several sizes.
    Pages hold NaN behind the last position."""
    keys, values = keys_of(21, 1100, head_dim), normal(22, 1100, head_dim)
    k, v = kept(isa, kv_type, keys, True), kept(isa, kv_type, values)
    scale = head_dim**-0.5
    for n, n_tokens, group in ((1, 1, 1), (70, 70, 1), (65, 3, 8), (523, 40, 4), (1100, 90, 2)):
        q = normal(23, n_tokens * group, head_dim)
        q[0] *= 8  # one position takes nearly all
        q[-1] = 0  # all take the same
        q = q.reshape(n_tokens, group, head_dim)
        y = _core.kernel_attend_prompt(
            isa, kv_type, q, keys[:n], values[:n], scale, _core.attend_rows(isa)
        )
        error = np.abs(y - exact_prompt(q, k[:n], v[:n], scale))
        if not attends_on_tiles(isa, kv_type):
            assert error.max() <= attention_error(kv_type, "prompt")
            continue
        # Spread, a key's and a query's outliers are rounded in all of their values.
        assert error.max() <= (40 if kv_type in KV_FORMATS else 20) * BF16_ERROR
        rows = [kept_rows(isa, kv_type, keys[:n], True), kept_rows(isa, kv_type, values[:n])]
        rounded = partial(rounded_attention, are_spread=kv_type in KV_FORMATS)
        error = np.abs(y - exact_prompt(q, *rows, scale, rounded)).max(-1)
        assert np.median(error) <= 2e-7
        assert error.max() <= BF16_ERROR  # few weights lie so close to the middle of two bf16


@each_isa
@pytest.mark.parametrize("group", [1, 2, 5, 64])
@pytest.mark.parametrize(
    ("kv_type", "magnitude"),
    [("f32", 1.0), ("f32", 1e-39), ("f16", 1.0), ("f16", 1e-6), ("q8_0", 1.0), ("q4_0", 1.0)],
)
def test_attend_prompt_has_the_same_bits_for_any_tile(
    isa: str, group: int, kv_type: str, magnitude: float
) -> None:
    """Some values are so small that sums underflow, and half of them are negative zeros."""
    dim = 32 if kv_type in KV_FORMATS else 24
    k = normal(24, 530, dim)
    v = np.where(k > 0, np.float32(-0.0), normal(25, 530, dim) * np.float32(magnitude))
    q = normal(26, 20 * group, dim).reshape(20, group, dim) * 4
    rows = _core.attend_rows(isa)
    whole = _core.kernel_attend_prompt(isa, kv_type, q, k, v, 2.0, rows)
    for tile in (1, 7, 32, 48):
        y = _core.kernel_attend_prompt(isa, kv_type, q, k, v, 2.0, tile)
        np.testing.assert_array_equal(y.view(np.uint32), whole.view(np.uint32))
    first = _core.kernel_attend_prompt(isa, kv_type, q[:9], k[:-11], v[:-11], 2.0, rows)
    np.testing.assert_array_equal(first.view(np.uint32), whole[:9].view(np.uint32))


@each_isa
def test_attend_prompt_has_the_same_zeros_for_any_tile(isa: str) -> None:
    """The first chunk's sum becomes -0 when the second's scores are seen. The second's may be
    either zero on matrix tiles, where small weights' products underflow."""
    k = np.full((592, 8), -20, np.float32)
    k[1], k[512], k[[520, 544]] = -20.5, 0, -9.6875  # the latter's weights are 1 and 2^-112
    v = np.zeros((592, 8), np.float32)
    v[1] = v[545:] = -(2.0**-24)
    v[520], v[544] = 1.5 * 2.0**-14, -1.75 * 2.0**-14
    q = np.ones((43, 1, 8), np.float32)
    whole = _core.kernel_attend_prompt(isa, "f16", q, k, v, 1.0, 48)
    alone = _core.kernel_attend_prompt(isa, "f16", q, k, v, 1.0, 1)
    np.testing.assert_array_equal(alone.view(np.uint32), whole.view(np.uint32))


@each_isa
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("where", ["k", "v"])
def test_attend_prompt_is_not_reached_by_later_positions(isa: str, bad: float, where: str) -> None:
    """Values that overflow harm their own position and those after it only."""
    k, v, q = normal(28, 100, 24), normal(29, 100, 24), normal(30, 100, 24).reshape(50, 2, 24)
    rows = _core.attend_rows(isa)
    good = _core.kernel_attend_prompt(isa, "f16", q, k, v, 0.2, rows)
    {"k": k, "v": v}[where][70] = bad
    y = _core.kernel_attend_prompt(isa, "f16", q, k, v, 0.2, rows)
    np.testing.assert_array_equal(y[:20].view(np.uint32), good[:20].view(np.uint32))


@each_isa
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_attend_prompt_shows_values_that_overflowed(isa: str, bad: float) -> None:
    """In their dimensions, to the rows that see them, however rows are cut into tiles."""
    k, v, q = normal(28, 100, 40), normal(29, 100, 40), normal(30, 100, 40).reshape(50, 2, 40)
    good = _core.kernel_attend_prompt(isa, "f16", q, k, v, 0.2, 48)
    v[71, 33] = bad
    good[21:, :, 33] = bad
    for tile in (1, 48, _core.attend_rows(isa)):
        y = _core.kernel_attend_prompt(isa, "f16", q, k, v, 0.2, tile)
        np.testing.assert_array_equal(y, good)


@each_isa
@pytest.mark.parametrize("kv_type", ["f32", "f16"])
def test_attend_prompt_of_scores_beyond_exp(isa: str, kv_type: str) -> None:
    k = np.repeat(np.linspace(-3000, 3000, 1100, dtype=np.float16)[:, None], 8, axis=1)
    k, v = k.astype(np.float32), normal(27, 1100, 8).astype(np.float16).astype(np.float32)
    q = np.tile(np.array([[1] * 8, [-1] * 8], np.float32), (600, 1, 1))
    y = _core.kernel_attend_prompt(isa, kv_type, q, k, v, 0.125, 48)
    attention = rounded_attention if attends_on_tiles(isa, kv_type) else exact_attention
    np.testing.assert_allclose(y, exact_prompt(q, k, v, 0.125, attention), atol=1e-3)
