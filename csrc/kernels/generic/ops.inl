// Everything but matrix products: norms, rotations, activation, attention, the cache's stores, and
// what sampling asks of a row of logits.
// How attention of prompt rows may round is the instruction set's choice: kAttendRounded.
#include "kernels/generic/attend.inl"
#include "kernels/generic/lanes.inl"
#include "kernels/generic/math.inl"

void rms_norm(float* y, const float* x, const float* weight, int n, float epsilon) {
  F squares = splat(0.0f);
  for (int i = 0; i < n; i += kLanes) {
    F v = load_first(x + i, n - i);
    squares = fma(v, v, squares);
  }
  const F scale =
      splat(1.0f / __builtin_sqrtf(reduce_add(squares) / static_cast<float>(n) + epsilon));
  for (int i = 0; i < n; i += kLanes) {
    F v = mul(load_first(x + i, n - i), scale);
    store_first(y + i, mul(v, load_first(weight + i, n - i)), n - i);
  }
}

void add_rows(float* x, const float* y, int n) {
  for (int i = 0; i < n; i += kLanes)
    store_first(x + i, add(load_first(x + i, n - i), load_first(y + i, n - i)), n - i);
}

void add_scaled_rows(float* x, const float* y, float scale, int n) {
  const F factor = splat(scale);
  for (int i = 0; i < n; i += kLanes) {
    store_first(x + i, fma(load_first(y + i, n - i), factor, load_first(x + i, n - i)), n - i);
  }
}

void swiglu(float* gate, const float* up, int n) {
  for (int i = 0; i < n; i += kLanes) {
    const F g = silu(load_first(gate + i, n - i));
    store_first(gate + i, mul(g, load_first(up + i, n - i)), n - i);
  }
}

void rope_neox(float* x, const float* cos, const float* sin, int n_pairs) {
  for (int i = 0; i < n_pairs; i += kLanes) {
    const int n = n_pairs - i;
    F a = load_first(x + i, n), b = load_first(x + n_pairs + i, n);
    F c = load_first(cos + i, n), s = load_first(sin + i, n);
    store_first(x + i, sub(mul(a, c), mul(b, s)), n);
    store_first(x + n_pairs + i, add(mul(b, c), mul(a, s)), n);
  }
}

void rope_interleaved(float* x, const float* cos, const float* sin, int n_pairs) {
  for (int i = 0; i < n_pairs; ++i) {
    const float a = x[2 * i], b = x[2 * i + 1];
    x[2 * i] = a * cos[i] - b * sin[i];
    x[2 * i + 1] = b * cos[i] + a * sin[i];
  }
}

void block_max(const float* x, int n, float* out) {
  for (; n > 0; n -= kLogitBlock, x += kLogitBlock) {
    const int n_here = n < kLogitBlock ? n : kLogitBlock;
    F largest = splat(-__builtin_inff());
    int i = 0;
    // In this order, as max takes its second operand where the first is NaN.
    for (; i + kLanes <= n_here; i += kLanes) largest = max(load(x + i), largest);
    float most = reduce_max(largest);
    for (; i < n_here; ++i) most = x[i] > most ? x[i] : most;
    *out++ = most;
  }
}

void exp_below(float* y, const float* x, float top, float scale, int n) {
  for (int i = 0; i < n; i += kLanes) {
    const F below = mul(sub(load_first(x + i, n - i), splat(top)), splat(scale));
    store_first(y + i, exp_reproducible(below), n - i);
  }
}

constexpr OpsSet kSet = {
    rms_norm,
    add_rows,
    add_scaled_rows,
    swiglu,
    rope_neox,
    rope_interleaved,
    {SingleRows::store_row, HalfRows::store_row, EightBitRows::store_row, FourBitRows::store_row},
    {nullptr, nullptr, EightBitRows::find_centre, FourBitRows::find_centre},
    {kAttend<SingleRows>, kAttend<HalfRows>, kAttend<EightBitRows>, kAttend<FourBitRows>},
    {kAttendRounded<SingleRows>, kAttendRounded<HalfRows>, kAttendRounded<EightBitRows>,
     kAttendRounded<FourBitRows>},
    {attend_tile<SingleRows>, attend_tile<HalfRows>, attend_tile<EightBitRows>,
     attend_tile<FourBitRows>},
    {kAttendTileRounded<SingleRows>, kAttendTileRounded<HalfRows>, kAttendTileRounded<EightBitRows>,
     kAttendTileRounded<FourBitRows>},
    kAttendTileRows,
    block_max,
    exp_below,
};
