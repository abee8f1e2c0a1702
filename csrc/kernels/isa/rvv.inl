// RISC-V's vectors, taken to have a fixed length of at least 4 * kLanes bytes: what Clang does not
// find by itself, and how much its 32 registers hold. REQUIRES: kLanes.
#pragma once

#include "base/fp16.inl"

constexpr int kTileRows = 4;
constexpr int kTileVectors = 3;
constexpr int kPanelRows = 32;
constexpr int kTurnUnroll = 4;
constexpr int kAttendTileRows = 48;
constexpr int kStreams = 4;
constexpr bool kRowsShareInputs = true;
constexpr int kFarBytes = 1024, kNearBytes = 256;  // how far ahead weights are asked for
constexpr int kRunUnroll = 8;
constexpr int kRealColumns = 8;
constexpr int kAttendValues = 4;
constexpr int kAttendVectors = 3;
constexpr int kSharedHeads = 2;
constexpr int kSumVectors = 16;
constexpr int kLargestInput = 127 * 256 + 127;
constexpr int kGemvRows = 1;
constexpr int kGemvColumns = 4;

#include "kernels/isa/clang_vectors.inl"

inline F floats_of_halves(Vector<uint16_t, kLanes> halves) {
#if defined(__riscv_zvfhmin)
  return __builtin_convertvector(reinterpret_cast<Vector<_Float16, kLanes>>(halves), F);
#else
  // By their bits: scaled, a subnormal's are right too.
  const auto half = __builtin_convertvector(halves, I32);
  const I32 magnitude = half & 0x7fff, sign = (half & 0x8000) << 16, bits = magnitude << 13;
  const I32 finite = reinterpret_cast<I32>(reinterpret_cast<F>(bits) * 0x1p112f);
  return reinterpret_cast<F>((magnitude >= 0x7c00 ? bits | 0x7f800000 : finite) | sign);
#endif
}
inline F load_half(const uint8_t* p) {
  return floats_of_halves(load_as<Vector<uint16_t, kLanes>>(p));
}
template <int stride>
inline F load_scales(const uint8_t* p) {
  return floats_of_halves(join<kLanes / 4>([p](int i) {
    uint16_t half;
    std::memcpy(&half, p + i * stride, sizeof half);
    return Vector<uint16_t, 4>{} + half;
  }));
}
inline F load_i8(const uint8_t* p) {
  return __builtin_convertvector(load_as<Vector<int8_t, kLanes>>(p), F);
}
inline Vector<float, 8> floats_of(uint64_t bytes) {
  return __builtin_convertvector(load_as<Vector<uint8_t, 8>>(&bytes), Vector<float, 8>);
}

template <class V>
inline auto add_even_odd(V a) {
  constexpr int n = kLanesOf<V> / 2;
  return pick<[](int i) { return 2 * i; }, n>(a, a) +
         pick<[](int i) { return 2 * i + 1; }, n>(a, a);
}
using PairSums = Vector<int32_t, 2 * kLanes>;
inline PairSums words_of(I32 pairs) {
  return __builtin_convertvector(reinterpret_cast<Whole<int16_t>>(pairs), PairSums);
}
inline I32 dot_pairs(I32 acc, I32 w, I32 x) {
  return acc + add_even_odd(words_of(w) * words_of(x));
}
// Adds kFactor times the products of values below 32 and signed bytes, two vectors of each.
template <int kFactor>
inline I32 dot_bytes(I32 acc, Bytes w0, Bytes x0, Bytes w1, Bytes x1) {
  const auto sums = add_even_odd(widened(w0) * widened(x0) + widened(w1) * widened(x1));
  return acc + __builtin_convertvector(add_even_odd(sums), I32) * kFactor;
}

#include "kernels/isa/clang_blocks.inl"

// What generic/pair_sums.inl has, with either product of a pair in a lane of its own: widening
// multiplication adds those without another instruction.
inline PairSums add_products(PairSums sums, I32 w, I32 x) {
  return sums + words_of(w) * words_of(x);
}
inline I32 total(PairSums sums) {
  return add_even_odd(sums);
}

// In this order: products, prompt attention.
#include "kernels/isa/clang_quads.inl"

#include "kernels/generic/block_rows.inl"

#include "kernels/isa/rvv_scaled_sums.inl"

#include "kernels/generic/gemv_vectors.inl"

#include "kernels/generic/panel_words.inl"

#include "kernels/generic/panel_gemm.inl"

#include "kernels/generic/attend_exact.inl"
