// What LSX and LASX have alike: 32 registers, and products of even and of odd values. REQUIRES:
// Raw, a register, load_half, spread_bytes, and of the instruction set's products those that are
// named below.
#pragma once

constexpr int kTileRows = 4;
constexpr int kTileVectors = 4;
constexpr int kPanelRows = 32;
constexpr int kTurnUnroll = 4;
constexpr int kAttendTileRows = 48;
constexpr int kStreams = 4;
constexpr bool kRowsShareInputs = false;
constexpr int kFarBytes = 1024, kNearBytes = 256;  // how far ahead weights are asked for
constexpr int kRunUnroll = 8;
constexpr int kRealColumns = 8;
constexpr int kAttendValues = 4;
constexpr int kAttendVectors = 3;
constexpr int kSharedHeads = 2;
constexpr int kSumVectors = 16;
constexpr int kLargestInput = 127 * 256 + 127;
constexpr int kGemvRows = 4;
constexpr int kGemvColumns = 4;

template <int stride>
inline F load_scales(const uint8_t* p) {
  return join<kLanes / 4>([p](int i) {
    return reinterpret_cast<Vector<float, 4>>(__lsx_vfcvtl_s_h(__lsx_vldrepl_h(p + i * stride, 0)));
  });
}

template <class V>
inline Raw raw(V a) {
  return reinterpret_cast<Raw>(a);
}
// Adds products of pairs of 16-bit values.
inline I32 dot_pairs(I32 acc, I32 w, I32 x) {
  const Raw even = add_even_words(raw(acc), raw(w), raw(x));
  return reinterpret_cast<I32>(add_odd_words(even, raw(w), raw(x)));
}
// Sums of pairs of products, values below 64 by signed bytes, in 16 bits.
inline Raw multiply_pairs(Bytes w, Bytes x) {
  return add_odd_bytes(multiply_even_bytes(raw(w), raw(x)), raw(w), raw(x));
}
// Adds kFactor times the products of values below 32 and signed bytes, two vectors of each.
template <int kFactor>
inline I32 dot_bytes(I32 acc, Bytes w0, Bytes x0, Bytes w1, Bytes x1) {
  const Raw even = add_even_bytes(multiply_pairs(w0, x0), raw(w1), raw(x1));
  const Raw sums = add_odd_bytes(even, raw(w1), raw(x1));
  return dot_pairs(acc, reinterpret_cast<I32>(sums), I32{} + 0x10001 * kFactor);
}

// In this order: vocabulary, products, prompt attention.
#include "kernels/isa/clang_blocks.inl"

inline I32 multiply_bytes(I32 w, I32 x) {
  return reinterpret_cast<I32>(
      multiply_pairs(reinterpret_cast<Bytes>(w), reinterpret_cast<Bytes>(x)));
}
inline void scale_words(I32 bytes, I32 scale, I32 (&words)[2]) {
  const auto v = reinterpret_cast<Whole<uint16_t>>(bytes);
  const auto s = reinterpret_cast<Whole<uint16_t>>(scale);
  words[0] = reinterpret_cast<I32>((v & 0xff) * s);
  words[1] = reinterpret_cast<I32>((v >> 8) * s);
}
inline I32 spread_half_blocks(const HalfBlocks& a, int run) {
  return reinterpret_cast<I32>(spread_bytes(load_as<Vector<int8_t, 16>>(a.v), run));
}

#include "kernels/isa/clang_quads.inl"

#include "kernels/generic/block_quads.inl"

#include "kernels/generic/scaled_pairs.inl"

#include "kernels/generic/gemv_vectors.inl"

#include "kernels/generic/pair_sums.inl"

#include "kernels/generic/panel_words.inl"

#include "kernels/generic/panel_gemm.inl"

#include "kernels/generic/attend_exact.inl"
