// LoongArch with 128-bit vectors: 3A5000 and later, 2K1500.
#include <lsxintrin.h>

#include "kernels/kernel_set.h"

namespace q3l::lsx {
namespace {

constexpr int kLanes = 4;

// In this order: vocabulary, products, prompt attention, family.
#include "base/fp16.inl"

#include "kernels/isa/clang_vectors.inl"

// What Clang does not find by itself.
inline F load_half(const uint8_t* p) {
  int64_t four;
  std::memcpy(&four, p, sizeof four);
  return __lsx_vfcvtl_s_h(__lsx_vreplgr2vr_d(four));
}
inline Vector<float, 4> splat_quad(const uint8_t* p) {
  int16_t half;
  std::memcpy(&half, p, sizeof half);
  return __lsx_vfcvtl_s_h(__lsx_vreplgr2vr_h(half));
}
template <class V>
inline __m128i raw(V a) {
  return reinterpret_cast<__m128i>(a);
}
// Adds products of pairs of 16-bit values.
inline I32 dot_pairs(I32 acc, I32 w, I32 x) {
  const __m128i even = __lsx_vmaddwev_w_h(raw(acc), raw(w), raw(x));
  return reinterpret_cast<I32>(__lsx_vmaddwod_w_h(even, raw(w), raw(x)));
}
// Sums of pairs of products, values below 64 by signed bytes, in 16 bits.
inline __m128i multiply_pairs(Bytes w, Bytes x) {
  return __lsx_vmaddwod_h_b(__lsx_vmulwev_h_b(raw(w), raw(x)), raw(w), raw(x));
}
// Adds kFactor times the products of values below 32 and signed bytes, two vectors of each.
template <int kFactor>
inline I32 dot_bytes(I32 acc, Bytes w0, Bytes x0, Bytes w1, Bytes x1) {
  const __m128i even = __lsx_vmaddwev_h_b(multiply_pairs(w0, x0), raw(w1), raw(x1));
  const __m128i sums = __lsx_vmaddwod_h_b(even, raw(w1), raw(x1));
  return dot_pairs(acc, reinterpret_cast<I32>(sums), I32{} + 0x10001 * kFactor);
}

#include "kernels/isa/loong_tiles.inl"

#include "kernels/isa/clang_blocks.inl"

#include "kernels/isa/clang_quads.inl"

#include "kernels/generic/quad_sums.inl"

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

}  // namespace q3l::lsx
