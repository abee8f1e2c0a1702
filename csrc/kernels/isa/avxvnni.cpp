// Alder Lake and later: avx2 whose integer products accumulate in one instruction.
#include <immintrin.h>

#include "kernels/kernel_set.h"

namespace q3l::avxvnni {
namespace {

constexpr int kTileRows = 6;
constexpr int kTileVectors = 2;
constexpr int kPanelRows = 48;
constexpr int kTurnUnroll = 16;  // all of it, or accumulators move about between turns
constexpr int kStreams = 4;
constexpr bool kRowsShareInputs = false;
constexpr int kFarBytes = 3072, kNearBytes = 548;  // how far ahead weights are asked for

inline __m256i dot_pairs(__m256i acc, __m256i w, __m256i x) {
  return _mm256_dpwssd_avx_epi32(acc, w, x);
}

inline __m256i dot_bytes(__m256i acc, __m256i w0, __m256i w1, const __m256i (*x)[2]) {
  auto dot = [&](__m256i sum, int plane) {
    sum = _mm256_dpbusd_avx_epi32(sum, w0, _mm256_load_si256(&x[plane][0]));
    return _mm256_dpbusd_avx_epi32(sum, w1, _mm256_load_si256(&x[plane][1]));
  };
  return _mm256_add_epi32(dot(acc, 0), _mm256_slli_epi32(dot(_mm256_setzero_si256(), 1), 8));
}

// In this order: vocabulary, products, family.
#include "base/fp16.inl"

#include "kernels/isa/x86_256.inl"

#include "kernels/generic/block_rows.inl"

#include "kernels/generic/scaled_pairs.inl"

#include "kernels/generic/gemv_vectors.inl"

#include "kernels/generic/pair_sums.inl"

#include "kernels/generic/panel_words.inl"

#include "kernels/generic/panel_gemm.inl"

#include Q3L_FAMILY_INL

}  // namespace

decltype(kSet)& Q3L_FAMILY_SET() {
  return kSet;
}

}  // namespace q3l::avxvnni
