// Scaled sums of runs' products where an instruction adds up pairs of them in 16 bits.
#pragma once

#include "kernels/generic/quantise.inl"
#include "kernels/generic/super_header.inl"

constexpr bool kMultipliesBytes = false;  // by one instruction, whatever their signs
constexpr bool kScalesSums = false;       // but pairs

using RunScale = I32;

inline RunScale scale_of_run(const HalfBlocks& scales, int run) {
  return spread_half_blocks(scales, run);
}
// acc += scale * (w . x), by lanes, of n runs. REQUIRES: w is below 64.
template <int n>
inline I32 add_scaled(I32 acc, const I32 (&w)[n], const I32 (&x)[n], RunScale scale) {
#pragma GCC unroll 2
  for (int i = 0; i < n; ++i) acc = dot2(acc, multiply_bytes(w[i], x[i]), scale);
  return acc;
}

// Of inputs in planes.
class ScaledSums {
 public:
  static constexpr int kColumns = 8;  // of tokens, whose sums registers hold

  template <int n>
  void take(const I32 (&w)[n], const I32 (&x)[kPlanes][n], RunScale scale) {
    high_ = add_scaled(high_, w, x[kHigh], scale);
    low_ = add_scaled(low_, w, x[kLow], scale);
  }
  I32 total() const { return add(shift_left<8>(high_), low_); }

 private:
  I32 high_ = splat(int32_t{0}), low_ = high_;
};
