// Sapphire Rapids and later: avx512 whose prompt products run on matrix tiles, attention of
// prompts too, unless the cache is float32.
#include <immintrin.h>

#include "kernels/kernel_set.h"

namespace q3l::amx {
namespace {

constexpr int kAttendTileRows = 192;
constexpr int kLargestInput = 16 * 127 + 15;  // products of a superblock stay within 32 bits
constexpr int kGemvRows = 4;
constexpr int kGemvColumns = 4;
constexpr int kStreams = 4;
constexpr bool kRowsShareInputs = false;
constexpr int kFarBytes = 3072, kNearBytes = 548;  // how far ahead weights are asked for

// In this order: vocabulary, products, prompt attention, family.
#include "base/fp16.inl"

#include "kernels/isa/x86_512.inl"

#include "kernels/generic/scaled_pairs.inl"

#include "kernels/isa/amx_gemm.inl"

#include "kernels/isa/amx_gemv.inl"

#include "kernels/isa/amx_attend.inl"

#include Q3L_FAMILY_INL

}  // namespace

decltype(kSet)& Q3L_FAMILY_SET() {
  return kSet;
}

}  // namespace q3l::amx
