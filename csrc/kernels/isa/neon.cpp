// Every ARMv8 CPU: 128-bit vectors.
#include <arm_neon.h>

#include "kernels/kernel_set.h"

namespace q3l::neon {
namespace {

constexpr int kTileRows = 4;
constexpr int kTileVectors = 4;
constexpr int kTurnUnroll = 4;

// Adds the products of unsigned values below 32, in any lanes. REQUIRES: sums of four fit 16 bits.
inline int32x4_t dot_bytes(int32x4_t acc, int8x16_t w0, int8x16_t x0, int8x16_t w1, int8x16_t x1) {
  int16x8_t sum = vmull_s8(vget_low_s8(w0), vget_low_s8(x0));
  sum = vmlal_high_s8(sum, w0, x0);
  sum = vmlal_s8(sum, vget_low_s8(w1), vget_low_s8(x1));
  return vpadalq_s16(acc, vmlal_high_s8(sum, w1, x1));
}

// In this order: vocabulary, products, prompt attention, family.
#include "base/fp16.inl"

#include "kernels/isa/arm_128.inl"

#include "kernels/generic/block_quads.inl"

#include "kernels/generic/scaled_pairs.inl"

#include "kernels/generic/gemv_vectors.inl"

#include "kernels/generic/pair_sums.inl"

#include "kernels/generic/panel_words.inl"

#include "kernels/generic/panel_gemm.inl"

#include "kernels/generic/attend_exact.inl"

#include Q3L_FAMILY_INL

}  // namespace

decltype(kSet)& Q3L_FAMILY_SET() {
  return kSet;
}

}  // namespace q3l::neon
