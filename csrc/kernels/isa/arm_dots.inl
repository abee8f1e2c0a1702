// What instruction sets with dot products of four bytes have alike. REQUIRES: kTileRows,
// kTileVectors.
#pragma once

#include "base/fp16.inl"

inline int32x4_t dot_bytes(int32x4_t acc, int8x16_t w0, int8x16_t x0, int8x16_t w1, int8x16_t x1) {
  return vdotq_s32(vdotq_s32(acc, w0, x0), w1, x1);
}

#include "kernels/isa/arm_128.inl"

// Scaled sums of runs' products, as generic/scaled_pairs.inl has them.
constexpr bool kMultipliesBytes = true;

using RunScale = int32_t;

// From a lane of a vector, by which the instruction set multiplies.
inline RunScale scale_of_run(const HalfBlocks& scales, int run) {
  const int8x16_t bytes = vld1q_s8(scales.v);
  const int16x8_t words = run < 8 ? vmovl_s8(vget_low_s8(bytes)) : vmovl_high_s8(bytes);
  return (run % 8 < 4 ? vmovl_s16(vget_low_s16(words)) : vmovl_high_s16(words))[run % 4];
}
template <int n>
inline I32 add_scaled(I32 acc, const I32 (&w)[n], const I32 (&x)[n], RunScale scale) {
  I32 dot = splat(int32_t{0});
  for (int i = 0; i < n; ++i) {
    dot = vdotq_s32(dot, vreinterpretq_s8_s32(w[i]), vreinterpretq_s8_s32(x[i]));
  }
  return vmlaq_n_s32(acc, dot, scale);
}

#include "kernels/generic/quad_sums.inl"

#include "kernels/generic/gemv_vectors.inl"
