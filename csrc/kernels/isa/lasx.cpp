// LoongArch with 256-bit vectors: 3A5000 and later.
#include <lasxintrin.h>
#include <lsxintrin.h>

#include "kernels/kernel_set.h"

namespace q3l::lasx {
namespace {

constexpr int kLanes = 8;

// In this order: vocabulary, products, prompt attention, family.
#include "base/fp16.inl"

#include "kernels/isa/clang_vectors.inl"

// What Clang does not find by itself.
inline F load_half(const uint8_t* p) {
  int64_t four[2];  // for either half of a vector
  std::memcpy(four, p, sizeof four);
  return __lasx_xvfcvtl_s_h(__m256i{four[0], four[0], four[1], four[1]});
}
inline Vector<float, 4> splat_quad(const uint8_t* p) {
  int16_t half;
  std::memcpy(&half, p, sizeof half);
  return __lsx_vfcvtl_s_h(__lsx_vreplgr2vr_h(half));
}
template <class V>
inline __m256i raw(V a) {
  return reinterpret_cast<__m256i>(a);
}
// Adds products of pairs of 16-bit values.
inline I32 dot_pairs(I32 acc, I32 w, I32 x) {
  const __m256i even = __lasx_xvmaddwev_w_h(raw(acc), raw(w), raw(x));
  return reinterpret_cast<I32>(__lasx_xvmaddwod_w_h(even, raw(w), raw(x)));
}
// Sums of pairs of products, values below 64 by signed bytes, in 16 bits.
inline __m256i multiply_pairs(Bytes w, Bytes x) {
  return __lasx_xvmaddwod_h_b(__lasx_xvmulwev_h_b(raw(w), raw(x)), raw(w), raw(x));
}
// Adds kFactor times the products of values below 32 and signed bytes, two vectors of each.
template <int kFactor>
inline I32 dot_bytes(I32 acc, Bytes w0, Bytes x0, Bytes w1, Bytes x1) {
  const __m256i even = __lasx_xvmaddwev_h_b(multiply_pairs(w0, x0), raw(w1), raw(x1));
  const __m256i sums = __lasx_xvmaddwod_h_b(even, raw(w1), raw(x1));
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

}  // namespace q3l::lasx
