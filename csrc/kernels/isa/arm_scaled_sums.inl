// Scaled sums of runs' products, as generic/scaled_pairs.inl has them: a scale is a vector's lane,
// by which ARM multiplies.
#pragma once

#include "kernels/generic/quantise.inl"

constexpr bool kScalesSums = true;

using RunScale = int32_t;

inline RunScale scale_of_run(const HalfBlocks& scales, int run) {
  return scales.of[run / 4][run % 4];
}
inline RunScale scale_of_block(const BlockValues& scales, int block) {
  return scales.of[block / 4][block % 4];
}
// The plane of high bytes comes first, so that one multiplication by the scale does for both.
class ScaledSums {
 public:
  static constexpr int kColumns = 4;  // of tokens, whose sums registers hold

  template <int n>
  void take(const I32 (&w)[n], const I32 (&x)[kPlanes][n], RunScale scale) {
    const I32 high = dot_bytes(splat(int32_t{0}), w, x[kHigh]);
    const I32 dot = dot_bytes(shift_left<8>(high), w, x[kLow]);
    sum_ = vmlaq_n_s32(sum_, dot, scale);
  }
  I32 total() const { return sum_; }

 private:
  I32 sum_ = splat(int32_t{0});
};
