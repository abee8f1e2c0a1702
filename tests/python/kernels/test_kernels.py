"""Every instruction set's products and norms against NumPy in float64 and against the scalar row.

Quantised formats take their inputs in 16 bits with a scale for every 256 values; where there are
matrix tiles in 12 or, of prompts, inputs and weights as bf16; formats of real numbers take them as
they are.
"""

from __future__ import annotations

import numpy as np
import pytest
from block_support import FORMATS, HALVES, REAL, Bytes, Floats, layout, normal, random_blocks
from isa_support import BF16_ERROR, ISAS, Doubles, as_bf16, each_isa

from qwen3lite import _core
from qwen3lite.errors import InvalidArgumentError

ROLES = ("prompt", "generated")
OUTPUTS = (1, 5, 17, 70)  # no whole number of lanes
N_ROWS = 20
EXTREME_CODES = (0x00, 0x7F, 0x80, 0xFF)
INPUT_STEPS = 127 * 256 + 127  # of a group's largest input
TILE_INPUT_STEPS = 16 * 127 + 15
GROUP = 256
FLOAT_ERROR = 2e-6  # of the sum of all products' magnitudes

matmul = pytest.mark.parametrize(
    ("isa", "name", "role"),
    [(isa, name, role) for isa in ISAS for name in FORMATS for role in ROLES],
)


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
