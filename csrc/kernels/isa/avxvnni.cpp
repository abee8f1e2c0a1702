// Alder Lake and later: avx2 whose integer products accumulate in one instruction.
#include <immintrin.h>

#include "kernels/kernel_set.h"

namespace q3l::avxvnni {
namespace {

constexpr int kTileRows = 6;
constexpr int kTileVectors = 2;
constexpr int kPanelRows = 48;
constexpr int kTurnUnroll = 16;  // all of it, or accumulators move about between turns

inline __m256i dot_pairs(__m256i acc, __m256i w, __m256i x) {
  return _mm256_dpwssd_avx_epi32(acc, w, x);
}

// In this order: vocabulary, products, family.
#include "base/fp16.inl"

#include "kernels/isa/x86_256.inl"

#include "kernels/generic/gemv_vectors.inl"

#include "kernels/generic/panel_gemm.inl"

#include Q3L_FAMILY_INL

}  // namespace

decltype(kSet)& Q3L_FAMILY_SET() {
  return kSet;
}

}  // namespace q3l::avxvnni
