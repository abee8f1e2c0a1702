// What instruction sets with dot products of four bytes have alike. REQUIRES: kTileRows,
// kTileVectors.
#pragma once

#include "base/fp16.inl"

template <int n>
inline int32x4_t dot_bytes(int32x4_t acc, const int32x4_t (&w)[n], const int32x4_t (&x)[n]) {
  for (int i = 0; i < n; ++i) {
    acc = vdotq_s32(acc, vreinterpretq_s8_s32(w[i]), vreinterpretq_s8_s32(x[i]));
  }
  return acc;
}

constexpr bool kMultipliesBytes = true;  // by one instruction, whatever their signs

#include "kernels/isa/arm_128.inl"

#include "kernels/isa/arm_scaled_sums.inl"

#include "kernels/generic/block_quads.inl"

#include "kernels/generic/gemv_vectors.inl"
