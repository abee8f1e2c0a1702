// ARMv8.2 with the dot product instructions: Cortex-A76 (Raspberry Pi 5), Neoverse N1 and later.
#include <arm_neon.h>

#include "kernels/kernel_set.h"

namespace q3l::dotprod {
namespace {

constexpr int kTileRows = 4;
constexpr int kTileVectors = 2;

// In this order: vocabulary and generated tokens' products, prompts', family.
#include "kernels/isa/arm_dots.inl"

#include "kernels/isa/arm_panel_dot.inl"

#include "kernels/generic/panel_gemm.inl"

#include "kernels/generic/attend_exact.inl"

#include Q3L_FAMILY_INL

}  // namespace

decltype(kSet)& Q3L_FAMILY_SET() {
  return kSet;
}

}  // namespace q3l::dotprod
