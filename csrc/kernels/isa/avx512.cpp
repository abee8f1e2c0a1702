// Ice Lake and later: 512-bit vectors with VNNI.
#include <immintrin.h>

#include "kernels/kernel_set.h"

namespace q3l::avx512 {
namespace {

constexpr int kTileRows = 4;
constexpr int kTileVectors = 3;
constexpr int kPanelRows = 32;
constexpr int kTurnUnroll = 4;
constexpr int kAttendTileRows = 48;
constexpr int kLargestInput = 127 * 256 + 127;
constexpr int kGemvRows = 4;
constexpr int kGemvColumns = 8;
constexpr int kStreams = 4;
constexpr bool kRowsShareInputs = false;
constexpr int kFarBytes = 1024, kNearBytes = 256;  // how far ahead weights are asked for

// In this order: vocabulary, products, prompt attention, family.
#include "base/fp16.inl"

#include "kernels/isa/x86_512.inl"

#include "kernels/isa/x86_quads.inl"

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

}  // namespace q3l::avx512
