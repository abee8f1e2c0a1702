// LoongArch with 128-bit vectors: 3A5000 and later, 2K1500.
#include <lsxintrin.h>

#include "kernels/kernel_set.h"

namespace q3l::lsx {
namespace {

constexpr int kLanes = 4;

#include "base/fp16.inl"

#include "kernels/isa/clang_vectors.inl"

using Raw = __m128i;

// What Clang does not find by itself.
inline F load_half(const uint8_t* p) {
  int64_t four;
  std::memcpy(&four, p, sizeof four);
  return __lsx_vfcvtl_s_h(__lsx_vreplgr2vr_d(four));
}
inline F floats_of_words(Raw words) {
  return reinterpret_cast<F>(__lsx_vffint_s_w(words));
}
inline F load_i8(const uint8_t* p) {
  int32_t four;
  std::memcpy(&four, p, sizeof four);
  return floats_of_words(__lsx_vsllwil_w_h(__lsx_vsllwil_h_b(__lsx_vreplgr2vr_w(four), 0), 0));
}
inline Vector<float, 8> floats_of(uint64_t bytes) {
  const Raw halves = __lsx_vsllwil_hu_bu(__lsx_vreplgr2vr_d(static_cast<int64_t>(bytes)), 0);
  return concat(floats_of_words(__lsx_vsllwil_wu_hu(halves, 0)),
                floats_of_words(__lsx_vexth_wu_hu(halves)));
}
// Byte `run` in all words.
inline Raw spread_bytes(Vector<int8_t, 16> bytes, int run) {
  const Raw v = reinterpret_cast<Raw>(bytes);
  return __lsx_vreplve_h(run < 8 ? __lsx_vsllwil_h_b(v, 0) : __lsx_vexth_h_b(v), run % 8);
}
inline Raw add_even_words(Raw acc, Raw a, Raw b) {
  return __lsx_vmaddwev_w_h(acc, a, b);
}
inline Raw add_odd_words(Raw acc, Raw a, Raw b) {
  return __lsx_vmaddwod_w_h(acc, a, b);
}
inline Raw multiply_even_bytes(Raw a, Raw b) {
  return __lsx_vmulwev_h_b(a, b);
}
inline Raw add_even_bytes(Raw acc, Raw a, Raw b) {
  return __lsx_vmaddwev_h_b(acc, a, b);
}
inline Raw add_odd_bytes(Raw acc, Raw a, Raw b) {
  return __lsx_vmaddwod_h_b(acc, a, b);
}

#include "kernels/isa/loong.inl"

#include Q3L_FAMILY_INL

}  // namespace

decltype(kSet)& Q3L_FAMILY_SET() {
  return kSet;
}

}  // namespace q3l::lsx
