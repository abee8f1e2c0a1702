// ARMv8.6 with matrix products of bytes: Neoverse N2 and V1, Cortex-A510 and A710, and later.
#include <arm_neon.h>

#include "kernels/kernel_set.h"

namespace q3l::i8mm {
namespace {

constexpr int kTileRows = 8;
constexpr int kTileVectors = 1;

inline int32x4_t dot_bytes(int32x4_t acc, int8x16_t w0, int8x16_t x0, int8x16_t w1, int8x16_t x1) {
  return vdotq_s32(vdotq_s32(acc, w0, x0), w1, x1);
}

// In this order: vocabulary, products, prompt attention, family.
#include "base/fp16.inl"

#include "kernels/isa/arm_128.inl"

#include "kernels/generic/quad_sums.inl"

#include "kernels/isa/arm_scaled_dots.inl"

#include "kernels/generic/gemv_vectors.inl"

#include "kernels/isa/arm_panel_matrix.inl"

#include "kernels/generic/panel_gemm.inl"

#include "kernels/generic/attend_exact.inl"

#include Q3L_FAMILY_INL

}  // namespace

decltype(kSet)& Q3L_FAMILY_SET() {
  return kSet;
}

}  // namespace q3l::i8mm
