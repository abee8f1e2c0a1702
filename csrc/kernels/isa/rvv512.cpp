// RISC-V with vectors of 512 bits or more.
#include "kernels/kernel_set.h"

namespace q3l::rvv512 {
namespace {

constexpr int kLanes = 16;

// In this order: vocabulary, products, prompt attention, family.
#include "base/fp16.inl"

#include "kernels/isa/rvv.inl"

#include "kernels/generic/block_rows.inl"

#include "kernels/generic/gemv_vectors.inl"

#include "kernels/generic/panel_words.inl"

#include "kernels/generic/panel_gemm.inl"

#include "kernels/generic/attend_exact.inl"

#include Q3L_FAMILY_INL

}  // namespace

decltype(kSet)& Q3L_FAMILY_SET() {
  return kSet;
}

}  // namespace q3l::rvv512
