// Every ARMv8 CPU: 128-bit vectors.
#include <arm_neon.h>

#include "kernels/kernel_set.h"

namespace q3l::neon {
namespace {

constexpr int kTileRows = 4;
constexpr int kTileVectors = 4;
constexpr int kTurnUnroll = 4;

// Adds the products of unsigned values and signed bytes, in any lanes. REQUIRES: sums of 2 n fit
// 16 bits.
template <int n>
inline int32x4_t dot_bytes(int32x4_t acc, const int32x4_t (&w)[n], const int32x4_t (&x)[n]) {
  int16x8_t sum = vdupq_n_s16(0);
  for (int i = 0; i < n; ++i) {
    const int8x16_t a = vreinterpretq_s8_s32(w[i]), b = vreinterpretq_s8_s32(x[i]);
    sum = vmlal_s8(sum, vget_low_s8(a), vget_low_s8(b));
    sum = vmlal_high_s8(sum, a, b);
  }
  return vpadalq_s16(acc, sum);
}

constexpr bool kMultipliesBytes = false;  // by one instruction, whatever their signs

// In this order: vocabulary, products, prompt attention, family.
#include "base/fp16.inl"

#include "kernels/isa/arm_128.inl"

#include "kernels/generic/block_quads.inl"

#include "kernels/isa/arm_scaled_sums.inl"

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
