// Haswell and later: 256-bit vectors, FMA, F16C. 8-bit products go through 16-bit pairs
// (vpmaddubsw), which saturate when an unsigned operand exceeds 128: signed weights move their sign
// to the input instead.
#include <immintrin.h>

#include "kernels/kernel_set.h"

namespace q3l::avx2 {
namespace {

#include "base/fp16.inl"

constexpr int kLanes = 8;
constexpr int kStep = 1;
constexpr int kTileRows = 4;
constexpr int kTileVectors = 2;
constexpr int kPanelRows = 32;
constexpr int kRealColumns = 8;
constexpr int kAttendValues = 4;
constexpr int kAttendVectors = 3;

using F = __m256;
struct I32 {
  __m256i v;
};
struct Payload {
  __m256i v;
};

inline F splat(float a) {
  return _mm256_set1_ps(a);
}
inline F load(const float* p) {
  return _mm256_loadu_ps(p);
}
inline void store(float* p, F v) {
  _mm256_storeu_ps(p, v);
}
inline F load_half(const uint8_t* p) {
  return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
}
inline void store_half(uint8_t* p, F v) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT));
}
inline F load_bf16(const uint8_t* p) {
  __m128i h = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(h), 16));
}
inline F add(F a, F b) {
  return _mm256_add_ps(a, b);
}
inline F sub(F a, F b) {
  return _mm256_sub_ps(a, b);
}
inline F mul(F a, F b) {
  return _mm256_mul_ps(a, b);
}
inline F div(F a, F b) {
  return _mm256_div_ps(a, b);
}
inline F fma(F a, F b, F c) {
  return _mm256_fmadd_ps(a, b, c);
}
inline F max(F a, F b) {
  return _mm256_max_ps(a, b);
}
inline F min(F a, F b) {
  return _mm256_min_ps(a, b);
}
inline F where_less(F a, F b, F x, F y) {
  return _mm256_blendv_ps(y, x, _mm256_cmp_ps(a, b, _CMP_LT_OQ));
}
inline F abs(F a) {
  return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a);
}
inline F round(F a) {
  return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
inline F scale_by_power(F x, F n) {
  __m256i exponent = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));
  return _mm256_mul_ps(x, _mm256_castsi256_ps(_mm256_slli_epi32(exponent, 23)));
}
inline float reduce_add(F v) {
  __m128 s = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  s = _mm_add_ps(s, _mm_movehl_ps(s, s));
  return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}
inline float reduce_max(F v) {
  __m128 s = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  s = _mm_max_ps(s, _mm_movehl_ps(s, s));
  return _mm_cvtss_f32(_mm_max_ss(s, _mm_movehdup_ps(s)));
}
inline void store_i16(int16_t* p, F v) {
  __m256i i = _mm256_cvtps_epi32(v);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p),
                   _mm_packs_epi32(_mm256_castsi256_si128(i), _mm256_extracti128_si256(i, 1)));
}
inline void transpose(F (&r)[kLanes]) {
  F t[kLanes];
  for (int i = 0; i < 8; i += 2) {  // pairs of lanes within halves
    t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
    t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
  }
  for (int i = 0; i < 8; i += 4) {  // then halves hold four rows' lane
    for (int j = 0; j < 2; ++j) {
      const __m256d a = _mm256_castps_pd(t[i + j]), b = _mm256_castps_pd(t[i + j + 2]);
      r[i + 2 * j] = _mm256_castpd_ps(_mm256_unpacklo_pd(a, b));
      r[i + 2 * j + 1] = _mm256_castpd_ps(_mm256_unpackhi_pd(a, b));
    }
  }
  for (int j = 0; j < 4; ++j) {  // then halves change places
    t[j] = _mm256_permute2f128_ps(r[j], r[j + 4], 0x20);
    t[j + 4] = _mm256_permute2f128_ps(r[j], r[j + 4], 0x31);
  }
  for (int i = 0; i < 8; ++i) r[i] = t[i];
}
inline void store_i8(int8_t* p, F v) {
  __m256i i = _mm256_cvtps_epi32(v);
  __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(i), _mm256_extracti128_si256(i, 1));
  _mm_storel_epi64(reinterpret_cast<__m128i*>(p), _mm_packs_epi16(words, words));
}

inline I32 splat(int32_t a) {
  return {_mm256_set1_epi32(a)};
}
inline I32 load(const int32_t* p) {
  return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))};
}
inline void store(int32_t* p, I32 a) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), a.v);
}
inline I32 sub(I32 a, I32 b) {
  return {_mm256_sub_epi32(a.v, b.v)};
}
template <int n>
inline I32 shift_left(I32 a) {
  return {_mm256_slli_epi32(a.v, n)};
}
inline F to_float(I32 a) {
  return _mm256_cvtepi32_ps(a.v);
}

template <int stride>
inline Payload load_nibbles(const uint8_t* p) {
  __m128i packed = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  __m256i both = _mm256_set_m128i(_mm_srli_epi16(packed, 4), packed);
  return {_mm256_and_si256(both, _mm256_set1_epi8(15))};
}
template <int stride>
inline Payload load_bytes(const uint8_t* p) {
  return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))};
}
template <int stride>
inline Payload add_fifth_bits(Payload a, const uint8_t* p) {
  int bits;
  std::memcpy(&bits, p, 4);
  const __m256i byte_of_lane =
      _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303);
  const __m256i bit_of_lane = _mm256_set1_epi64x(static_cast<int64_t>(0x8040201008040201));
  __m256i spread = _mm256_shuffle_epi8(_mm256_set1_epi32(bits), byte_of_lane);
  __m256i set = _mm256_cmpeq_epi8(_mm256_and_si256(spread, bit_of_lane), bit_of_lane);
  return {_mm256_or_si256(a.v, _mm256_and_si256(set, _mm256_set1_epi8(16)))};
}
inline F load_i8(const uint8_t* p) {
  return _mm256_cvtepi32_ps(
      _mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))));
}
inline void store_scaled(float* p, uint64_t bytes, F factor) {
  __m128i eight = _mm_cvtsi64_si128(static_cast<int64_t>(bytes));
  _mm256_storeu_ps(p, _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(eight)), factor));
}
inline F splat_half(const uint8_t* p) {
  short h;
  std::memcpy(&h, p, 2);
  return _mm256_cvtph_ps(_mm_set1_epi16(h));
}
template <int stride>
inline F load_scales(const uint8_t* p) {
  return splat_half(p);
}
inline Payload load_payload(const int8_t* p) {
  return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))};
}
inline void store(int8_t* p, Payload a) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), a.v);
}
inline Payload sub(Payload a, Payload b) {
  return {_mm256_sub_epi8(a.v, b.v)};
}
inline void widen(Payload a, int16_t (*q)[32]) {
  auto* out = reinterpret_cast<__m256i*>(q);
  _mm256_storeu_si256(out, _mm256_cvtepi8_epi16(_mm256_castsi256_si128(a.v)));
  _mm256_storeu_si256(out + 1, _mm256_cvtepi8_epi16(_mm256_extracti128_si256(a.v, 1)));
}
inline I32 dot2(I32 acc, I32 w, I32 x) {
  return {_mm256_add_epi32(acc.v, _mm256_madd_epi16(w.v, x.v))};
}

template <bool kSigned>
inline I32 dot_planes(Payload w, Payload high, Payload low) {
  __m256i u = w.v, h = high.v, l = low.v;
  if constexpr (kSigned) {
    u = _mm256_abs_epi8(w.v);
    h = _mm256_sign_epi8(h, w.v);
    l = _mm256_sign_epi8(l, w.v);
  }
  return {_mm256_add_epi32(_mm256_madd_epi16(_mm256_maddubs_epi16(u, h), _mm256_set1_epi16(128)),
                           _mm256_madd_epi16(_mm256_maddubs_epi16(u, l), _mm256_set1_epi16(1)))};
}
inline Payload splat_payload(int8_t a) {
  return {_mm256_set1_epi8(a)};
}

inline Payload load_paired_nibbles(const uint8_t* p, int s) {
  __m256i packed = load_bytes<32>(p + 32 * (s / 2)).v;
  __m256i wanted = s & 1 ? _mm256_srli_epi16(packed, 4) : packed;
  return {_mm256_and_si256(wanted, _mm256_set1_epi8(15))};
}
inline Payload add_bit_planes(Payload a, const uint8_t* p, int s) {
  __m256i bit = _mm256_set1_epi8(static_cast<char>(1 << s));
  __m256i set = _mm256_cmpeq_epi8(_mm256_and_si256(load_bytes<32>(p).v, bit), bit);
  return {_mm256_or_si256(a.v, _mm256_and_si256(set, _mm256_set1_epi8(16)))};
}
inline Payload load_six_bits(const uint8_t* low, const uint8_t* high, int s) {
  const int half = s / 4, run = s % 4;
  __m256i nibbles = load_bytes<32>(low + 64 * half + 32 * (run & 1)).v;
  if (run >> 1) nibbles = _mm256_srli_epi16(nibbles, 4);
  __m256i top = _mm256_srl_epi16(load_bytes<32>(high + 32 * half).v, _mm_cvtsi32_si128(2 * run));
  return {_mm256_or_si256(_mm256_and_si256(nibbles, _mm256_set1_epi8(15)),
                          _mm256_slli_epi16(_mm256_and_si256(top, _mm256_set1_epi8(3)), 4))};
}
inline F spread(const float* per_block) {
  return _mm256_broadcast_ss(per_block);
}
inline F add_halves(F acc, Payload w, Payload high, Payload low, const float* scales, F d) {
  const F scale = _mm256_set_m128(_mm_broadcast_ss(scales + 1), _mm_broadcast_ss(scales));
  return fma(to_float(dot_planes<true>(w, high, low)), mul(scale, d), acc);
}

inline void prefetch(const uint8_t* p) {
  _mm_prefetch(reinterpret_cast<const char*>(p), _MM_HINT_T0);
}

#include Q3L_FAMILY_INL

}  // namespace

decltype(kSet)& Q3L_FAMILY_SET() {
  return kSet;
}

}  // namespace q3l::avx2
