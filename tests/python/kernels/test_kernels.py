"""Every instruction set's kernels against NumPy in float64 and against the scalar row.

Quantised formats take their inputs in 16 bits with a scale for every 256 values; where there are
matrix tiles in 12 or, of prompts, inputs and weights as bf16, as does attention there, but over a
cache of float32; formats of real numbers take them as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from block_support import FORMATS, HALVES, REAL, Bytes, Floats, layout, normal, random_blocks
from gguf import GGMLQuantizationType, quants

from qwen3lite import _core
from qwen3lite.errors import InvalidArgumentError

Doubles = npt.NDArray[np.float64]
Attention = Callable[[Floats, Floats, Floats, float], Doubles]

ISAS: list[str] = list(_core.available_isas())
ROLES = ("prompt", "generated")
OUTPUTS = (1, 5, 17, 70)  # no whole number of lanes
N_ROWS = 20
EXTREME_CODES = (0x00, 0x7F, 0x80, 0xFF)
INPUT_STEPS = 127 * 256 + 127  # of a group's largest input
TILE_INPUT_STEPS = 16 * 127 + 15
GROUP = 256
BF16_ERROR = 2.0**-9  # of a value: half a step of its eight bits
CHUNK = 512  # positions whose softmax is finished before the next's
PAGE = 64  # which is the chunk of generated rows on tiles
FLOAT_ERROR = 2e-6  # of the sum of all products' magnitudes

matmul = pytest.mark.parametrize(
    ("isa", "name", "role"),
    [(isa, name, role) for isa in ISAS for name in FORMATS for role in ROLES],
)
each_isa = pytest.mark.parametrize("isa", ISAS)


def row_lengths(name: str) -> tuple[int, ...]:
    """Lengths that end within a vector, a step of blocks, or on its boundary."""
    if name in REAL:
        return (1, 7, 33, 100, 576)
    return (32, 64, 96, 576, 1056) if layout(name).values == 32 else (256, 768)


def largest_inputs(x: Floats) -> Floats:
    """The largest magnitude of each value's group."""
    largest = np.maximum.reduceat(np.abs(x), range(0, x.shape[1], GROUP), axis=1)
    repeated: Floats = largest.repeat(GROUP, axis=1)[:, : x.shape[1]]
    return repeated


def input_error(x: Floats, steps: int) -> Doubles:
    """The most that integers take from each value of x: half a step of its group."""
    half_steps: Doubles = largest_inputs(x).astype(np.float64) / steps / 2
    return half_steps


def quantised(x: Floats, steps: int) -> Floats:
    """Rounded to steps of each group's largest value."""
    largest = np.maximum(largest_inputs(x), np.float32(1e-30))
    rounded: Floats = np.rint(x * (np.float32(steps) / largest)) * (largest / np.float32(steps))
    return rounded


def on_tiles(isa: str, name: str, role: str) -> bool:
    return isa == "amx" and role == "prompt" and name not in REAL


def input_steps(isa: str) -> int:
    return TILE_INPUT_STEPS if isa == "amx" else INPUT_STEPS


def attends_on_tiles(isa: str, kv_type: str) -> bool:
    return isa == "amx" and kv_type != "f32"


def as_bf16(x: Floats) -> Floats:
    """Rounded to the nearest bf16, ties to even."""
    bits = x.view(np.uint32).astype(np.uint64)
    rounded = (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000
    return rounded.astype(np.uint32).view(np.float32)


def largest_values(name: str, blocks: Bytes) -> Doubles:
    """The largest magnitude that any codes give at each value's scale: what a kernel may add to
    take back as an offset or minimum."""
    if name in REAL:
        return np.abs(_core.decode(name, blocks)).astype(np.float64)
    extremes = [_core.decode(name, with_codes(name, blocks, code)) for code in EXTREME_CODES]
    largest: Doubles = np.abs(np.array(extremes, np.float64)).max(0)
    return largest


def with_codes(name: str, blocks: Bytes, code: int) -> Bytes:
    """The same blocks, all their bytes but the halves replaced."""
    changed = np.full_like(blocks, code).reshape(-1, layout(name).bytes)
    for offset in HALVES[name]:
        half = slice(offset, offset + 2)
        changed[:, half] = blocks.reshape(changed.shape)[:, half]
    return changed.reshape(blocks.shape)


def check_bounds(isa: str, name: str, role: str, y: Floats, blocks: Bytes, x: Floats) -> None:
    """No output is further from the exact one than rounding the inputs and adding can bring it."""
    w = _core.decode(name, blocks).astype(np.float64)
    x64 = x.astype(np.float64)
    bound = FLOAT_ERROR * (np.abs(x64) @ largest_values(name, blocks).T)
    if on_tiles(isa, name, role):
        bound += 2.01 * BF16_ERROR * (np.abs(x64) @ np.abs(w).T)
    elif name not in REAL:
        bound += 1.01 * (input_error(x, input_steps(isa)) @ np.abs(w).T)
    assert (np.abs(y - x64 @ w.T) <= bound).all()


@matmul
def test_matmul(isa: str, name: str, role: str) -> None:
    for n_in in row_lengths(name):
        x = normal(n_in, 3, n_in)
        for n_out in OUTPUTS:
            blocks = _core.encode(name, normal(n_out, n_out, n_in))
            w, inputs = _core.decode(name, blocks), x
            if on_tiles(isa, name, role):
                w, inputs = as_bf16(w), as_bf16(x)
            elif isa == "amx" and name not in REAL:
                inputs = quantised(x, TILE_INPUT_STEPS)
            exact = inputs.astype(np.float64) @ w.T.astype(np.float64)
            y = _core.kernel_matmul(isa, role, name, blocks, x)
            scalar = _core.kernel_matmul("scalar", role, name, blocks, x)
            scale = np.sqrt(n_in)  # the standard deviation of a product of normal values
            assert np.abs(y - exact).max() <= (6e-6 if name in REAL else 5e-4) * scale
            rounds = isa == "amx" and name not in REAL
            assert np.abs(y - scalar).max() <= (1e-2 if rounds else 1e-5) * scale
            check_bounds(isa, name, role, y, blocks, x)


@matmul
def test_rows_alone_are_rows_together(isa: str, name: str, role: str) -> None:
    n_in = 100 if name in REAL else 96 if layout(name).values == 32 else 256
    x = normal(1, N_ROWS, n_in)
    blocks = _core.encode(name, normal(2, 17, n_in))
    together = _core.kernel_matmul(isa, role, name, blocks, x)
    for n in range(1, N_ROWS + 1):
        first = _core.kernel_matmul(isa, role, name, blocks, x[:n])
        np.testing.assert_array_equal(first, together[:n])
        alone = _core.kernel_matmul(isa, role, name, blocks, x[n - 1 : n])
        np.testing.assert_array_equal(alone[0], together[n - 1])


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", [name for name in FORMATS if name not in REAL])
@each_isa
def test_matmul_of_any_codes(isa: str, name: str, role: str) -> None:
    n_in = 288 if layout(name).values == 32 else 512
    x = normal(3, 5, n_in)
    x[1] = np.sign(x[1])  # every input at the end of its range: products are as large as can be
    x[2] = 1.0
    x[3, :] = 0.0
    x[4] *= 10.0 ** np.random.default_rng(5).integers(-6, 6, n_in)
    random = random_blocks(name, 40, n_in, seed=6)
    for blocks in (random, *(with_codes(name, random, code) for code in EXTREME_CODES)):
        y = _core.kernel_matmul(isa, role, name, blocks, x)
        check_bounds(isa, name, role, y, blocks, x)
        assert (y[3] == 0).all()


@each_isa
def test_matmul_of_infinite_scales_is_not_finite(isa: str) -> None:
    """A damaged file gives NaN or infinity, not a plausible number."""
    blocks = random_blocks("Q4_0", 17, 96, seed=8)
    blocks[:, :2] = np.array([np.inf], np.float16).view(np.uint8)
    for role in ROLES:
        assert not np.isfinite(
            _core.kernel_matmul(isa, role, "Q4_0", blocks, normal(9, 2, 96))
        ).any()


@each_isa
@pytest.mark.parametrize("n", [1, 7, 33, 100, 1024])
def test_rms_norm(isa: str, n: int) -> None:
    for scale in (1e-4, 1.0, 1e4):
        x, weight = normal(10, n) * np.float32(scale), normal(11, n)
        x64 = x.astype(np.float64)
        exact = x64 / np.sqrt(np.mean(x64**2) + 1e-6) * weight
        y = _core.kernel_rms_norm(isa, x, weight, 1e-6)
        np.testing.assert_allclose(y, exact, rtol=2e-6, atol=0)
    zeros = _core.kernel_rms_norm(isa, np.zeros(n, np.float32), normal(12, n), 1e-6)
    np.testing.assert_array_equal(zeros, np.zeros(n))


@each_isa
@pytest.mark.parametrize("n", [1, 7, 33, 1000])
def test_swiglu(isa: str, n: int) -> None:
    gate, up = normal(13, n) * 10, normal(14, n)
    gate64 = gate.astype(np.float64)
    exact = gate64 / (1 + np.exp(-gate64)) * up
    np.testing.assert_allclose(_core.kernel_swiglu(isa, gate, up), exact, rtol=5e-6, atol=1e-30)


@each_isa
def test_swiglu_of_large_gates(isa: str) -> None:
    gate = np.array([-1e30, -200, -90, -0.0, 0, 90, 200, 1e30], np.float32)
    y = _core.kernel_swiglu(isa, gate, np.ones(len(gate), np.float32))
    np.testing.assert_allclose(y[3:], [0, 0, 90, 200, 1e30], rtol=1e-6)
    assert (np.abs(y[1:3]) < 1e-30).all()
    assert np.isfinite(y[0])


KV_TYPES = ["f32", "f16", "q8_0", "q4_0"]
KV_FORMATS = {"q8_0": GGMLQuantizationType.Q8_0, "q4_0": GGMLQuantizationType.Q4_0}


def hadamard(n: int) -> Doubles:
    """Of the largest power of two in n, once for each part of so many values."""
    size = n & -n
    h = np.ones((1, 1))
    while len(h) < size:
        h = np.block([[h, h], [h, -h]])
    return np.kron(np.eye(n // size), h / np.sqrt(size))


def kept(isa: str, kv_type: str, x: Floats, are_keys: bool = False) -> Floats:
    """What a cache of that type makes of a sequence's rows."""
    stored = _core.kernel_store_kv(isa, kv_type, x, are_keys)
    if kv_type in ("f32", "f16"):
        return stored.view(np.float32 if kv_type == "f32" else np.float16).astype(np.float32)
    spread = quants.dequantize(stored, KV_FORMATS[kv_type]).astype(np.float64)
    if are_keys:  # behind the first page, as what they differ by from the first ones' mean
        spread[PAGE:] += spread[:16].mean(0)
    return (spread @ hadamard(x.shape[1])).astype(np.float32)


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

    def blocks(rows: npt.NDArray[Any]) -> Doubles:
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
            of_pages = spread_attention(partial(rounded_attention, chunk_positions=PAGE), kv_type)
            error = np.abs(y - of_pages(q, k, v, scale)).max(-1)
            # Elsewhere many operands may round to the other of two bf16.
            if kv_type not in KV_FORMATS:
                assert np.median(error) <= 5e-6
            assert error.max() <= (5 if kv_type in KV_FORMATS else 1) * BF16_ERROR


@each_isa
def test_attend_of_scores_beyond_exp(isa: str) -> None:
    """Scores of thousands, of either sign, rising and falling over the chunks."""
    k = np.repeat(np.linspace(-3000, 3000, 1300, dtype=np.float32)[:, None], 8, axis=1)
    v = normal(18, 1300, 8)
    q = np.array([[1] * 8, [-1] * 8], np.float32)
    y = _core.kernel_attend(isa, "f32", q, k, v, 0.125)
    np.testing.assert_allclose(y, exact_attention(q, k, v, 0.125), atol=1e-3)


def spread_attention(attention: Attention, kv_type: str) -> Attention:
    """The same over what a cache of that type keeps: values with their outliers spread."""
    if kv_type not in KV_FORMATS:
        return attention

    def attend(q: Floats, k: Floats, v: Floats, scale: float) -> Doubles:
        h = hadamard(q.shape[1])
        return attention(*((x @ h).astype(np.float32) for x in (q, k, v)), scale) @ h

    return attend


def rounded_attention(
    q: Floats, k: Floats, v: Floats, scale: float, chunk_positions: int = CHUNK
) -> Doubles:
    """The same with operands as bf16: queries scaled, and the weights of each chunk, whose largest
    is one."""
    log2_e = np.float32(1.44269504)
    scaled = as_bf16(q * (np.float32(scale) * log2_e)).astype(np.float64)
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
    return values / total


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
        assert error.max() <= 20 * BF16_ERROR
        rounded = spread_attention(rounded_attention, kv_type)
        error = np.abs(y - exact_prompt(q, k[:n], v[:n], scale, rounded)).max(-1)
        if kv_type not in KV_FORMATS:
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


def test_unknown_names_and_mismatches_are_refused() -> None:
    blocks, x = _core.encode("Q8_0", normal(19, 2, 64)), normal(20, 1, 64)
    with pytest.raises(InvalidArgumentError, match="'mmx'"):
        _core.kernel_matmul("mmx", "prompt", "Q8_0", blocks, x)
    with pytest.raises(InvalidArgumentError, match="'reader'"):
        _core.kernel_matmul("scalar", "reader", "Q8_0", blocks, x)
    with pytest.raises(InvalidArgumentError, match="'Q9_9'"):
        _core.kernel_matmul("scalar", "prompt", "Q9_9", blocks, x)
    with pytest.raises(InvalidArgumentError, match="row length"):
        _core.kernel_matmul("scalar", "prompt", "Q8_0", blocks, x[:, :32])
    for tile in (0, 49):
        with pytest.raises(InvalidArgumentError, match="1 to 48 rows"):
            _core.kernel_attend_prompt("scalar", "f32", x[None], x, x, 1.0, tile)
