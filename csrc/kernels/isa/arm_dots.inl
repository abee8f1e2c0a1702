// What instruction sets with dot products of four bytes have alike. REQUIRES: kTileRows,
// kTileVectors.
#pragma once

#include "base/fp16.inl"

inline int32x4_t dot_bytes(int32x4_t acc, int8x16_t w0, int8x16_t x0, int8x16_t w1, int8x16_t x1) {
  return vdotq_s32(vdotq_s32(acc, w0, x0), w1, x1);
}

#include "kernels/isa/arm_128.inl"

#include "kernels/generic/quantise.inl"

// Scaled sums of runs' products, as generic/scaled_pairs.inl has them.
constexpr bool kMultipliesBytes = true;

// From a lane of a vector, by which the instruction set multiplies.
using RunScale = int32_t;

inline RunScale scale_of(int16x8_t words, int i) {
  I32 four = i < 4 ? vmovl_s16(vget_low_s16(words)) : vmovl_high_s16(words);
  asm("" : "+w"(four));  // else compilers take each lane's byte to a register and back
  return four[i % 4];
}
inline RunScale scale_of_run(const HalfBlocks& scales, int run) {
  const int8x16_t bytes = vld1q_s8(scales.v);
  return scale_of(run < 8 ? vmovl_s8(vget_low_s8(bytes)) : vmovl_high_s8(bytes), run % 8);
}
inline RunScale scale_of_block(uint64_t scales, int block) {
  return scale_of(vmovl_s8(vcreate_s8(scales)), block);
}
// The plane of high bytes comes first, so that one multiplication by the scale does for both.
class ScaledSums {
 public:
  template <int n>
  void take(const I32 (&w)[n], const I32 (&x)[kPlanes][n], RunScale scale) {
    I32 dot = splat(int32_t{0});
    for (int i = 0; i < n; ++i) dot = dot_lanes(dot, w[i], x[kHigh][i]);
    dot = shift_left<8>(dot);
    for (int i = 0; i < n; ++i) dot = dot_lanes(dot, w[i], x[kLow][i]);
    sum_ = vmlaq_n_s32(sum_, dot, scale);
  }
  I32 total() const { return sum_; }

 private:
  static I32 dot_lanes(I32 acc, I32 a, I32 b) {
    return vdotq_s32(acc, vreinterpretq_s8_s32(a), vreinterpretq_s8_s32(b));
  }

  I32 sum_ = splat(int32_t{0});
};

#include "kernels/generic/block_quads.inl"

#include "kernels/generic/gemv_vectors.inl"
