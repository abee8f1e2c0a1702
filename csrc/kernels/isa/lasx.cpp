// LoongArch with 256-bit vectors: 3A5000 and later.
#include <lasxintrin.h>
#include <lsxintrin.h>

#include "kernels/kernel_set.h"

namespace q3l::lasx {
namespace {

constexpr int kLanes = 8;

#include "base/fp16.inl"

#include "kernels/isa/clang_vectors.inl"

using Raw = __m256i;

// What Clang does not find by itself.
inline F load_half(const uint8_t* p) {
  int64_t four[2];  // for either half of a vector
  std::memcpy(four, p, sizeof four);
  return __lasx_xvfcvtl_s_h(__m256i{four[0], four[0], four[1], four[1]});
}
inline F load_i8(const uint8_t* p) {
  int64_t eight;
  std::memcpy(&eight, p, sizeof eight);
  const Raw words = __lasx_vext2xv_w_b(__lasx_xvreplgr2vr_d(eight));
  return reinterpret_cast<F>(__lasx_xvffint_s_w(words));
}
inline F floats_of(uint64_t bytes) {
  const Raw words = __lasx_vext2xv_wu_bu(__lasx_xvreplgr2vr_d(static_cast<int64_t>(bytes)));
  return reinterpret_cast<F>(__lasx_xvffint_s_w(words));
}
// Byte 2 run in all words of the lower half, byte 2 run + 1 in the upper one's.
inline Raw spread_bytes(Vector<int8_t, 16> bytes, int run) {
  constexpr auto sorted = [](int i) { return i < 16 ? i % 8 * 2 + i / 8 : -1; };
  const Raw words = __lasx_vext2xv_h_b(reinterpret_cast<Raw>(pick<sorted, 32>(bytes, bytes)));
  return __lasx_xvreplve_h(words, run);
}
inline Raw add_even_words(Raw acc, Raw a, Raw b) {
  return __lasx_xvmaddwev_w_h(acc, a, b);
}
inline Raw add_odd_words(Raw acc, Raw a, Raw b) {
  return __lasx_xvmaddwod_w_h(acc, a, b);
}
inline Raw multiply_even_bytes(Raw a, Raw b) {
  return __lasx_xvmulwev_h_b(a, b);
}
inline Raw add_even_bytes(Raw acc, Raw a, Raw b) {
  return __lasx_xvmaddwev_h_b(acc, a, b);
}
inline Raw add_odd_bytes(Raw acc, Raw a, Raw b) {
  return __lasx_xvmaddwod_h_b(acc, a, b);
}

#include "kernels/isa/loong.inl"

#include Q3L_FAMILY_INL

}  // namespace

decltype(kSet)& Q3L_FAMILY_SET() {
  return kSet;
}

}  // namespace q3l::lasx
