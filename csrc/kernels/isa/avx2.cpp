// Haswell and later: 256-bit vectors, FMA, F16C.
#include <immintrin.h>

#include "kernels/kernel_set.h"

namespace q3l::avx2 {
namespace {

constexpr int kTileRows = 4;
constexpr int kTileVectors = 2;
constexpr int kPanelRows = 32;
constexpr int kTurnUnroll = 16;  // all of it, or accumulators move about between turns
constexpr int kAttendTileRows = 48;
constexpr int kStreams = 2;
constexpr bool kRowsShareInputs = false;
constexpr int kFarBytes = 1024, kNearBytes = 256;  // how far ahead weights are asked for

inline __m256i dot_pairs(__m256i acc, __m256i w, __m256i x) {
  acc = _mm256_add_epi32(acc, _mm256_madd_epi16(w, x));
  asm("" : "+x"(acc));  // or GCC sums products first, and spills them
  return acc;
}

inline __m256i dot_bytes(__m256i acc, __m256i w0, __m256i w1, const __m256i (*x)[2]) {
  auto pairs = [&](int plane) {  // of both halves: 4 * 31 * 128 is less than 2^15
    return _mm256_add_epi16(_mm256_maddubs_epi16(w0, _mm256_load_si256(&x[plane][0])),
                            _mm256_maddubs_epi16(w1, _mm256_load_si256(&x[plane][1])));
  };
  acc = dot_pairs(acc, pairs(0), _mm256_set1_epi16(1));
  return dot_pairs(acc, pairs(1), _mm256_set1_epi16(256));
}

// In this order: vocabulary, products, prompt attention, family.
#include "base/fp16.inl"

#include "kernels/isa/x86_256.inl"

#include "kernels/generic/block_rows.inl"

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

}  // namespace q3l::avx2
