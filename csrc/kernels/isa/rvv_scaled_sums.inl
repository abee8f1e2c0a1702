// Scaled sums of runs' products, as generic/scaled_pairs.inl has them: each value has a lane, and
// one instruction multiplies its products by the scale, makes them wider and adds them.
#pragma once

#include "kernels/generic/quantise.inl"
#include "kernels/generic/super_header.inl"

constexpr bool kMultipliesBytes = false;  // by one instruction that adds them
constexpr bool kScalesSums = true;

using RunWords = Vector<int16_t, 4 * kLanes>;

// A scale of all the run, which is multiplied by as a scalar, or of its parts.
inline RunWords times(int16_t scale, int factor) {
  return RunWords{} + static_cast<int16_t>(scale * factor);
}
inline RunWords times(RunWords scale, int factor) {
  return scale * static_cast<int16_t>(factor);
}

inline auto scale_of_run(const HalfBlocks& scales, int run) {
  if constexpr (kStep == 1) {
    return int16_t{scales.v[run]};
  } else {
    return join<kStep>([&](int i) {
      return Vector<int16_t, 16>{} + int16_t{scales.v[2 * (run + 4 * (i / 2)) + i % 2]};
    });
  }
}
inline auto scale_of_block(BlockValues scales, int block) {
  auto scale = [&](int i) { return static_cast<int16_t>(scales >> 8 * i & 0xff); };
  if constexpr (kPieces == 1) {
    return scale(block);
  } else {
    return join<kPieces>([&](int i) { return Vector<int16_t, 32>{} + scale(block + 4 * i); });
  }
}

class ScaledSums {
 public:
  static constexpr int kColumns = 4;  // of tokens, whose sums registers hold

  template <int n, class Scale>
  void take(const I32 (&w)[n], const I32 (&x)[kPlanes][n], Scale scale) {
    add(multiply(w, x[kHigh]), times(scale, 256));
    add(multiply(w, x[kLow]), times(scale, 1));
  }
  I32 total() const { return fold(sum_); }

 private:
  using Sums = Vector<int32_t, 4 * kLanes>;

  // REQUIRES: n products of a value fit 16 bits.
  template <int n>
  static RunWords multiply(const I32 (&w)[n], const I32 (&x)[n]) {
    RunWords sum = {};
    for (int i = 0; i < n; ++i) {
      sum += widened(reinterpret_cast<Bytes>(w[i])) * widened(reinterpret_cast<Bytes>(x[i]));
    }
    return sum;
  }
  void add(RunWords products, RunWords scale) {
    sum_ += __builtin_convertvector(products, Sums) * __builtin_convertvector(scale, Sums);
  }
  template <class V>
  static I32 fold(V v) {
    constexpr int n = kLanesOf<V> / 2;
    if constexpr (n < kLanes) {
      return v;
    } else {
      return fold(slice<0, n>(v) + slice<n, n>(v));
    }
  }

  Sums sum_ = {};
};
