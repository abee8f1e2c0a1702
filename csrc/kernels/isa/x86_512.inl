// The vocabulary of 512-bit vectors with VNNI. A step is four blocks: the first halves of their
// values lie in one register, the second halves in another, 16 bytes a block, so that lanes 4b to
// 4b + 3 of a dot product belong to block b.
#pragma once

#include "kernels/isa/x86_half_blocks.inl"

constexpr int kLanes = 16;
constexpr int kStep = 4;
constexpr int kRealColumns = 12;
constexpr int kRunUnroll = 4;
constexpr int kAttendValues = 8;
constexpr int kAttendVectors = 3;
constexpr int kSharedHeads = 4;
constexpr int kSumVectors = 16;

using F = __m512;
struct I32 {
  __m512i v;
};
struct Payload {
  __m512i first, second;
};

inline F splat(float a) {
  return _mm512_set1_ps(a);
}
inline F load(const float* p) {
  return _mm512_loadu_ps(p);
}
inline void store(float* p, F v) {
  _mm512_storeu_ps(p, v);
}
inline F load_half(const uint8_t* p) {
  return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
}
inline void store_half(uint8_t* p, F v) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT));
}
inline F load_bf16(const uint8_t* p) {
  __m256i h = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(h), 16));
}
inline F add(F a, F b) {
  return _mm512_add_ps(a, b);
}
inline F sub(F a, F b) {
  return _mm512_sub_ps(a, b);
}
inline F mul(F a, F b) {
  return _mm512_mul_ps(a, b);
}
inline F div(F a, F b) {
  return _mm512_div_ps(a, b);
}
inline F fma(F a, F b, F c) {
  return _mm512_fmadd_ps(a, b, c);
}
inline F max(F a, F b) {
  return _mm512_max_ps(a, b);
}
inline F where_less(F a, F b, F x, F y) {
  return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, b, _CMP_LT_OQ), y, x);
}
inline F min(F a, F b) {
  return _mm512_min_ps(a, b);
}
inline F abs(F a) {
  return _mm512_abs_ps(a);
}
inline F round(F a) {
  return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
inline F scale_by_power(F x, F n) {
  return _mm512_scalef_ps(x, n);
}
inline float reduce_add(F v) {
  return _mm512_reduce_add_ps(v);
}
inline float reduce_max(F v) {
  return _mm512_reduce_max_ps(v);
}
// Lane i is the sum of r[i]'s lanes.
inline F sum_lanes(const F (&r)[kLanes]) {
  F t[8], u[4], w[2];
  for (int i = 0; i < 8; ++i) {
    t[i] = _mm512_add_ps(_mm512_unpacklo_ps(r[2 * i], r[2 * i + 1]),
                         _mm512_unpackhi_ps(r[2 * i], r[2 * i + 1]));
  }
  for (int i = 0; i < 4; ++i) {  // a quarter has four rows' sums
    const __m512d a = _mm512_castps_pd(t[2 * i]), b = _mm512_castps_pd(t[2 * i + 1]);
    u[i] = _mm512_add_ps(_mm512_castpd_ps(_mm512_unpacklo_pd(a, b)),
                         _mm512_castpd_ps(_mm512_unpackhi_pd(a, b)));
  }
  for (int i = 0; i < 2; ++i) {
    w[i] = _mm512_add_ps(_mm512_shuffle_f32x4(u[2 * i], u[2 * i + 1], 0x44),
                         _mm512_shuffle_f32x4(u[2 * i], u[2 * i + 1], 0xee));
  }
  return _mm512_add_ps(_mm512_shuffle_f32x4(w[0], w[1], 0x88),
                       _mm512_shuffle_f32x4(w[0], w[1], 0xdd));
}
inline void store_i16(int16_t* p, F v) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtepi32_epi16(_mm512_cvtps_epi32(v)));
}
inline void transpose(F (&r)[kLanes]) {
  F t[kLanes];
  for (int i = 0; i < 16; i += 2) {  // pairs of lanes within quarters
    t[i] = _mm512_unpacklo_ps(r[i], r[i + 1]);
    t[i + 1] = _mm512_unpackhi_ps(r[i], r[i + 1]);
  }
  for (int i = 0; i < 16; i += 4) {  // then quarters hold four rows' lane
    for (int j = 0; j < 2; ++j) {
      const __m512d a = _mm512_castps_pd(t[i + j]), b = _mm512_castps_pd(t[i + j + 2]);
      r[i + 2 * j] = _mm512_castpd_ps(_mm512_unpacklo_pd(a, b));
      r[i + 2 * j + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(a, b));
    }
  }
  for (int j = 0; j < 4; ++j) {  // then quarters change places
    const F a = _mm512_shuffle_f32x4(r[j], r[j + 4], 0x88);
    const F b = _mm512_shuffle_f32x4(r[j], r[j + 4], 0xdd);
    const F c = _mm512_shuffle_f32x4(r[j + 8], r[j + 12], 0x88);
    const F d = _mm512_shuffle_f32x4(r[j + 8], r[j + 12], 0xdd);
    t[j] = _mm512_shuffle_f32x4(a, c, 0x88);
    t[j + 8] = _mm512_shuffle_f32x4(a, c, 0xdd);
    t[j + 4] = _mm512_shuffle_f32x4(b, d, 0x88);
    t[j + 12] = _mm512_shuffle_f32x4(b, d, 0xdd);
  }
  for (int i = 0; i < 16; ++i) r[i] = t[i];
}
inline I32 splat(int32_t a) {
  return {_mm512_set1_epi32(a)};
}
inline I32 load(const int32_t* p) {
  return {_mm512_loadu_si512(p)};
}
inline void store(int32_t* p, I32 a) {
  _mm512_storeu_si512(p, a.v);
}
inline I32 add(I32 a, I32 b) {
  return {_mm512_add_epi32(a.v, b.v)};
}
template <int n>
inline I32 shift_left(I32 a) {
  return {_mm512_slli_epi32(a.v, n)};
}
inline F to_float(I32 a) {
  return _mm512_cvtepi32_ps(a.v);
}

// Two loads have two blocks each: fewer instructions than one for each quarter. REQUIRES: stride
// is even, and 48 at most.
template <int stride>
inline __m512i load_quarters(const uint8_t* p) {
  constexpr int kLast = 3 * stride + 16 - 64;  // where the second load begins
  auto words = [](int block) {
    return _mm_add_epi16(_mm_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7),
                         _mm_set1_epi16(static_cast<short>(block / 2)));
  };
  const __m256i low = _mm256_set_m128i(words(stride), words(0));
  const __m256i high = _mm256_set_m128i(words(3 * stride - kLast), words(2 * stride - kLast));
  const __m512i places = _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
  const __m512i first = _mm512_permutexvar_epi16(places, _mm512_loadu_si512(p));
  return _mm512_mask_permutexvar_epi16(first, 0xffff0000, places, _mm512_loadu_si512(p + kLast));
}
template <int stride>
inline Payload load_nibbles(const uint8_t* p) {
  __m512i packed = load_quarters<stride>(p);
  const __m512i low = _mm512_set1_epi8(15);
  return {_mm512_and_si512(packed, low), _mm512_and_si512(_mm512_srli_epi16(packed, 4), low)};
}
template <int stride>
inline Payload load_bytes(const uint8_t* p) {
  return {load_quarters<stride>(p), load_quarters<stride>(p + 16)};
}
template <int stride>
inline Payload add_fifth_bits(Payload a, const uint8_t* p) {
  uint64_t first = 0, second = 0;
  for (int b = 0; b < 4; ++b) {
    uint32_t bits;
    std::memcpy(&bits, p + b * stride, 4);
    first |= static_cast<uint64_t>(bits & 0xffff) << 16 * b;
    second |= static_cast<uint64_t>(bits >> 16) << 16 * b;
  }
  const __m512i sixteen = _mm512_set1_epi8(16);
  return {_mm512_mask_add_epi8(a.first, first, a.first, sixteen),
          _mm512_mask_add_epi8(a.second, second, a.second, sixteen)};
}
inline F load_i8(const uint8_t* p) {
  return _mm512_cvtepi32_ps(
      _mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))));
}
inline void store_scaled(float* p, uint64_t bytes, F factor) {
  __m128i eight = _mm_cvtsi64_si128(static_cast<int64_t>(bytes));
  _mm256_storeu_ps(p, _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(eight)),
                                    _mm512_castps512_ps256(factor)));
}
inline F splat_half(const uint8_t* p) {
  short h;
  std::memcpy(&h, p, 2);
  return _mm512_cvtph_ps(_mm256_set1_epi16(h));
}
// 32 values: nibbles of 16 bytes less 8, times d; the low ones come first.
inline void load_scaled_nibbles(const uint8_t* p, F d, F (&v)[2]) {
  const F values =
      _mm512_mul_ps(_mm512_setr_ps(-8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7), d);
  const __m512i low = _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  v[0] = _mm512_permutexvar_ps(low, values);  // of an index, four bits count
  v[1] = _mm512_permutexvar_ps(_mm512_srli_epi32(low, 4), values);
}
// REQUIRES: p lies in the first bytes of a step's first block, so that one 64-byte load, where it
// covers the four halves, stays within the step.
template <int stride>
inline F load_scales(const uint8_t* p) {
  if constexpr (3 * stride + 2 <= 64) {
    constexpr short h = stride / 2;
    const __m512i spread = _mm512_castsi256_si512(_mm256_setr_epi16(
        0, 0, 0, 0, h, h, h, h, 2 * h, 2 * h, 2 * h, 2 * h, 3 * h, 3 * h, 3 * h, 3 * h));
    __m512i halves = _mm512_permutexvar_epi16(spread, _mm512_loadu_si512(p));
    return _mm512_cvtph_ps(_mm512_castsi512_si256(halves));
  } else {
    uint16_t h[4];
    for (int b = 0; b < 4; ++b) std::memcpy(&h[b], p + b * stride, 2);
    const __m128i spread = _mm_setr_epi8(0, 1, 0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3, 2, 3);
    __m128i four = _mm_setr_epi16(static_cast<short>(h[0]), static_cast<short>(h[1]),
                                  static_cast<short>(h[2]), static_cast<short>(h[3]), 0, 0, 0, 0);
    __m128i low = _mm_shuffle_epi8(four, spread);
    __m128i high = _mm_shuffle_epi8(_mm_srli_si128(four, 4), spread);
    return _mm512_cvtph_ps(_mm256_set_m128i(high, low));
  }
}
inline Payload sub(Payload a, Payload b) {
  return {_mm512_sub_epi8(a.first, b.first), _mm512_sub_epi8(a.second, b.second)};
}
template <int b>
inline void widen_block(Payload a, int16_t* q) {
  const __m256i block = _mm256_set_m128i(_mm512_extracti32x4_epi32(a.second, b),
                                         _mm512_extracti32x4_epi32(a.first, b));
  _mm512_storeu_si512(q, _mm512_cvtepi8_epi16(block));  // whole, as it will be loaded
}
inline void widen(Payload a, int16_t (*q)[32]) {
  widen_block<0>(a, q[0]);
  widen_block<1>(a, q[1]);
  widen_block<2>(a, q[2]);
  widen_block<3>(a, q[3]);
}
inline I32 dot2(I32 acc, I32 w, I32 x) {
  return {_mm512_dpwssd_epi32(acc.v, w.v, x.v)};
}

inline I32 dot_planes(I32 acc, Payload w, const int8_t (*x)[2][kLanes][4]) {
  auto dot = [&](__m512i sum, int plane) {
    sum = _mm512_dpbusd_epi32(sum, w.first, _mm512_load_si512(x[plane][0]));
    return _mm512_dpbusd_epi32(sum, w.second, _mm512_load_si512(x[plane][1]));
  };
  const __m512i high = dot(_mm512_setzero_si512(), 1);
  return {_mm512_add_epi32(dot(acc.v, 0), _mm512_slli_epi32(high, 8))};
}
// A word for each block of a step, in all of its lanes.
inline I32 spread_words(const int32_t* p) {
  const __m512i lanes = _mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
  const __m128i words = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  return {_mm512_permutexvar_epi32(lanes, _mm512_castsi128_si512(words))};
}
// Pairs of words, from a and b, of the first or second halves of a step's blocks; four values of
// each block a vector.
template <bool kSigned>
inline void pair_values(const Payload& a, const Payload& b, int half, I32 (&pairs)[4]) {
  const __m512i x = half == 0 ? a.first : a.second, y = half == 0 ? b.first : b.second;
  const __m512i low = _mm512_unpacklo_epi8(x, y), high = _mm512_unpackhi_epi8(x, y);
  const __m512i zero = _mm512_setzero_si512();
  // A byte and a zero are a word; a zero and a byte are 256 times as much.
  auto lower = [&](__m512i v) {
    if constexpr (kSigned) return I32{_mm512_srai_epi16(_mm512_unpacklo_epi8(zero, v), 8)};
    return I32{_mm512_unpacklo_epi8(v, zero)};
  };
  auto upper = [&](__m512i v) {
    if constexpr (kSigned) return I32{_mm512_srai_epi16(_mm512_unpackhi_epi8(zero, v), 8)};
    return I32{_mm512_unpackhi_epi8(v, zero)};
  };
  pairs[0] = lower(low);
  pairs[1] = upper(low);
  pairs[2] = lower(high);
  pairs[3] = upper(high);
}
template <bool kSigned>
inline void split(Payload a, I32 (&w)[4]) {
  const __m512i even = _mm512_set1_epi16(0xff);
  auto halves = [&](__m512i v, I32* out) {
    if constexpr (kSigned) {
      out[0] = {_mm512_srai_epi16(_mm512_slli_epi16(v, 8), 8)};
      out[1] = {_mm512_srai_epi16(v, 8)};
    } else {
      out[0] = {_mm512_and_si512(v, even)};
      out[1] = {_mm512_srli_epi16(v, 8)};
    }
  };
  halves(a.first, w);
  halves(a.second, w + 2);
}
inline Payload splat_payload(int8_t a) {
  return {_mm512_set1_epi8(a), _mm512_set1_epi8(a)};
}

inline F dot_half_blocks(HalfBlocks a, const float* x) {
  return _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(a.v)), _mm512_loadu_ps(x));
}
inline F dot_blocks(uint64_t a, const float* x) {
  return _mm512_zextps256_ps512(multiply_eight(a, x));
}
// Half blocks of a run, in 16 bits.
inline I32 spread_half_blocks(HalfBlocks a, int run) {
  const __m512i quarter = _mm512_inserti64x4(
      _mm512_castsi256_si512(_mm256_set_m128i(_mm_set1_epi16(1), _mm_setzero_si128())),
      _mm256_set_m128i(_mm_set1_epi16(9), _mm_set1_epi16(8)), 1);
  const __m512i places = _mm512_add_epi16(_mm512_set1_epi16(static_cast<short>(2 * run)), quarter);
  return {_mm512_permutexvar_epi16(places, _mm512_castsi256_si512(_mm256_cvtepi8_epi16(a.v)))};
}
// Sums of pairs of products, unsigned bytes by signed ones, in 16 bits.
inline I32 multiply_bytes(I32 w, I32 x) {
  return {_mm512_maddubs_epi16(w.v, x.v)};
}
// Bytes in 16 bits, even ones and odd ones, times scales.
inline void scale_words(I32 bytes, I32 scale, I32 (&words)[2]) {
  words[0] = {_mm512_mullo_epi16(_mm512_and_si512(bytes.v, _mm512_set1_epi16(0xff)), scale.v)};
  words[1] = {_mm512_mullo_epi16(_mm512_srli_epi16(bytes.v, 8), scale.v)};
}
template <int stride>
inline __m512i load_halves(const uint8_t* p) {
  auto half = [p](int i) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + i * stride));
  };
  return _mm512_inserti64x4(_mm512_castsi256_si512(half(0)), half(1), 1);
}
// A run is blocks i and i + 4; blocks 2 i and 2 i + 1 share 32 bytes' nibbles.
inline I32 load_nibble_run(const uint8_t* p, int i) {
  const __m512i packed = load_halves<64>(p + 32 * (i / 2)), low = _mm512_set1_epi8(15);
  return {_mm512_and_si512(i % 2 == 0 ? packed : _mm512_srli_epi16(packed, 4), low)};
}
// a with those bits of b that mask has, moved from bit `from` on to bit 4.
inline __m512i add_bits(__m512i a, __m512i b, int from, char mask) {
  b = from < 4 ? _mm512_slli_epi16(b, 4 - from) : _mm512_srli_epi16(b, from - 4);
  return _mm512_ternarylogic_epi64(a, b, _mm512_set1_epi8(mask), 0xf8);  // a | b & mask
}
inline I32 add_bit_run(I32 a, const uint8_t* p, int i) {
  const __m256i bits = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  const __m512i both =
      _mm512_inserti64x4(_mm512_castsi256_si512(bits), _mm256_srli_epi16(bits, 4), 1);
  return {add_bits(a.v, both, i, 0x10)};
}
inline I32 load_six_bit_run(const uint8_t* low, const uint8_t* high, int i) {
  const __m512i packed = load_halves<64>(low + 32 * (i % 2));
  const __m512i nibbles =
      _mm512_and_si512(i < 2 ? packed : _mm512_srli_epi16(packed, 4), _mm512_set1_epi8(15));
  return {add_bits(nibbles, _mm512_loadu_si512(high), 2 * i, 0x30)};
}

// Quarters a, b, c, d of z, 16 bytes each.
template <int a, int b, int c, int d>
inline __m512i quarters(__m512i z) {
  return _mm512_shuffle_i64x2(z, z, a | b << 2 | c << 4 | d << 6);
}
inline Payload load_paired_nibbles(const uint8_t* p, int s) {
  __m512i packed = _mm512_loadu_si512(p + 64 * s);
  const __m512i low = _mm512_set1_epi8(15);
  const __m512i shift = _mm512_broadcast_i64x4(_mm256_set_epi64x(
      0x0004000400040004, 0x0004000400040004, 0, 0));  // the second of each two blocks is high
  return {_mm512_and_si512(_mm512_srlv_epi16(quarters<0, 0, 2, 2>(packed), shift), low),
          _mm512_and_si512(_mm512_srlv_epi16(quarters<1, 1, 3, 3>(packed), shift), low)};
}
// A 32-byte half of p to each quarter: bytes 0-15 for the first register, 16-31 for the second.
inline Payload load_planes(const uint8_t* p) {
  __m512i z = _mm512_castsi256_si512(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  return {quarters<0, 0, 0, 0>(z), quarters<1, 1, 1, 1>(z)};
}
inline Payload add_bit_planes(Payload a, const uint8_t* p, int s) {
  Payload bits = load_planes(p);
  __m128i one = _mm_set1_epi8(static_cast<char>(1 << 4 * s));
  __m512i wanted = _mm512_castsi128_si512(one);
  wanted = _mm512_inserti32x4(wanted, _mm_slli_epi16(one, 1), 1);
  wanted = _mm512_inserti32x4(wanted, _mm_slli_epi16(one, 2), 2);
  wanted = _mm512_inserti32x4(wanted, _mm_slli_epi16(one, 3), 3);
  const __m512i sixteen = _mm512_set1_epi8(16);
  return {
      _mm512_mask_add_epi8(a.first, _mm512_test_epi8_mask(bits.first, wanted), a.first, sixteen),
      _mm512_mask_add_epi8(a.second, _mm512_test_epi8_mask(bits.second, wanted), a.second,
                           sixteen)};
}
inline Payload load_six_bits(const uint8_t* low, const uint8_t* high, int s) {
  __m512i packed = _mm512_loadu_si512(low + 64 * s);
  Payload top = load_planes(high + 32 * s);
  // Runs 0 and 1 are the low nibbles of both 32-byte halves, runs 2 and 3 the high ones.
  const __m512i nibble_shift = _mm512_inserti64x4(_mm512_setzero_si512(), _mm256_set1_epi16(4), 1);
  const __m512i top_shift = _mm512_inserti64x4(
      _mm512_castsi256_si512(_mm256_set_m128i(_mm_set1_epi16(2), _mm_setzero_si128())),
      _mm256_set_m128i(_mm_set1_epi16(6), _mm_set1_epi16(4)), 1);
  const __m512i four_bits = _mm512_set1_epi8(15), two_bits = _mm512_set1_epi8(3);
  auto join = [&](__m512i nibbles, __m512i tops) {
    nibbles = _mm512_and_si512(_mm512_srlv_epi16(nibbles, nibble_shift), four_bits);
    tops = _mm512_and_si512(_mm512_srlv_epi16(tops, top_shift), two_bits);
    return _mm512_or_si512(nibbles, _mm512_slli_epi16(tops, 4));
  };
  return {join(quarters<0, 2, 0, 2>(packed), top.first),
          join(quarters<1, 3, 1, 3>(packed), top.second)};
}
template <int kStride, int kFirst = 0>
inline F spread(const float* p) {
  constexpr int a = kFirst, b = a + kStride, c = b + kStride, d = c + kStride;
  const __m512i lanes = _mm512_setr_epi32(a, a, a, a, b, b, b, b, c, c, c, c, d, d, d, d);
  // No wider than what is there: only whole stores are forwarded to loads.
  const __m512 floats = kStride == 1 ? _mm512_castps128_ps512(_mm_loadu_ps(p))
                                     : _mm512_castps256_ps512(_mm256_loadu_ps(p));
  return _mm512_permutexvar_ps(lanes, floats);
}

inline void prefetch(const uint8_t* p) {
  _mm_prefetch(reinterpret_cast<const char*>(p), _MM_HINT_T0);
}
inline void prefetch_far(const uint8_t* p) {
  _mm_prefetch(reinterpret_cast<const char*>(p), _MM_HINT_T1);
}
