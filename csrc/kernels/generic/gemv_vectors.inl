// Generated tokens where there are no matrix tiles that would do better than vectors. REQUIRES:
// BlockSums, a sum of what blocks' products come to, and kWholeSums.
#pragma once

#include "kernels/generic/quant_gemv.inl"
#include "kernels/generic/superblock_gemv.inl"

constexpr int kTiledTokens = 0, kTiledRows = 1;
constexpr size_t (*arranged_bytes)(int, int) = nullptr;
constexpr void (*arrange_tokens)(const uint8_t*, int, int, uint8_t*) = nullptr;

inline size_t tile_scratch_bytes(int) {
  return 0;
}

template <class Unpacker, class Multiplier>
void multiply_several(const MatmulArgs& a) {
  multiply_generated_rows<Multiplier>(a);
}
