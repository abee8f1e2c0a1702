// The vocabulary of 256-bit vectors with FMA and F16C. REQUIRES: the instruction set's own
// dot_pairs(acc, w, x), of 16-bit pairs, and dot_bytes(acc, w0, w1, x) = acc + w0 . x[0] + w1 .
// x[1] in either plane of x, of unsigned bytes below 32 and signed ones.
#pragma once

#include "kernels/isa/x86_half_blocks.inl"

constexpr int kLanes = 8;
constexpr int kStep = 2;
constexpr int kRealColumns = 8;
constexpr int kRunUnroll = 8;
constexpr int kAttendValues = 4;
constexpr int kAttendVectors = 3;
constexpr int kSharedHeads = 2;
constexpr int kSumVectors = 8;
constexpr int kLargestInput = 127 * 256 + 127;
constexpr int kGemvRows = 2;
constexpr int kGemvColumns = 4;

using F = __m256;
struct I32 {
  __m256i v;
};
struct Payload {
  __m256i first, second;
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
inline F where_less(F a, F b, F x, F y) {
  return _mm256_blendv_ps(y, x, _mm256_cmp_ps(a, b, _CMP_LT_OQ));
}
inline F min(F a, F b) {
  return _mm256_min_ps(a, b);
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
// Lane i is the sum of r[i]'s lanes.
inline F sum_lanes(const F (&r)[kLanes]) {
  F halves[2];  // of four rows' sums
  for (int i = 0; i < 2; ++i) {
    halves[i] = _mm256_hadd_ps(_mm256_hadd_ps(r[4 * i], r[4 * i + 1]),
                               _mm256_hadd_ps(r[4 * i + 2], r[4 * i + 3]));
  }
  return _mm256_add_ps(_mm256_permute2f128_ps(halves[0], halves[1], 0x20),
                       _mm256_permute2f128_ps(halves[0], halves[1], 0x31));
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
inline I32 splat(int32_t a) {
  return {_mm256_set1_epi32(a)};
}
inline I32 load(const int32_t* p) {
  return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))};
}
inline void store(int32_t* p, I32 a) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), a.v);
}
inline I32 add(I32 a, I32 b) {
  return {_mm256_add_epi32(a.v, b.v)};
}
template <int n>
inline I32 shift_left(I32 a) {
  return {_mm256_slli_epi32(a.v, n)};
}
inline F to_float(I32 a) {
  return _mm256_cvtepi32_ps(a.v);
}

template <int stride>
inline __m256i load_halves(const uint8_t* p) {
  const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  const __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + stride));
  return _mm256_set_m128i(high, low);
}
// Sixteen bytes in both halves.
inline __m256i load_twice(const uint8_t* p) {
  return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
}
// a in the lower half's lanes, b in the upper's.
inline __m256i splat_halves(int a, int b) {
  return _mm256_setr_epi32(a, a, a, a, b, b, b, b);
}
template <int stride>
inline Payload load_nibbles(const uint8_t* p) {
  const __m256i packed = load_halves<stride>(p), low = _mm256_set1_epi8(15);
  return {_mm256_and_si256(packed, low), _mm256_and_si256(_mm256_srli_epi16(packed, 4), low)};
}
template <int stride>
inline Payload load_bytes(const uint8_t* p) {
  return {load_halves<stride>(p), load_halves<stride>(p + 16)};
}
inline __m256i add_sixteen(__m256i a, __m256i bits, __m256i wanted) {
  const __m256i set = _mm256_cmpeq_epi8(_mm256_and_si256(bits, wanted), wanted);
  return _mm256_or_si256(a, _mm256_and_si256(set, _mm256_set1_epi8(16)));
}
template <int stride>
inline Payload add_fifth_bits(Payload a, const uint8_t* p) {
  int bits[2];
  std::memcpy(&bits[0], p, 4);
  std::memcpy(&bits[1], p + stride, 4);
  const __m256i both = splat_halves(bits[0], bits[1]);
  const __m128i first = _mm_set_epi64x(0x0101010101010101, 0),
                second = _mm_set_epi64x(0x0303030303030303, 0x0202020202020202);
  const __m256i bit_of_lane = _mm256_set1_epi64x(static_cast<int64_t>(0x8040201008040201));
  return {add_sixteen(a.first, _mm256_shuffle_epi8(both, _mm256_broadcastsi128_si256(first)),
                      bit_of_lane),
          add_sixteen(a.second, _mm256_shuffle_epi8(both, _mm256_broadcastsi128_si256(second)),
                      bit_of_lane)};
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
// 32 values: nibbles of 16 bytes less 8, times d; the low ones come first.
inline void load_scaled_nibbles(const uint8_t* p, F d, F (&v)[4]) {
  const __m256i low = _mm256_set1_epi32(15);
  const F eight = _mm256_set1_ps(8.0f);
  auto values = [&](__m256i nibbles) {
    return _mm256_mul_ps(_mm256_sub_ps(_mm256_cvtepi32_ps(nibbles), eight), d);
  };
  for (int i = 0; i < 2; ++i) {
    const __m256i bytes =
        _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p + 8 * i)));
    v[i] = values(_mm256_and_si256(bytes, low));
    v[i + 2] = values(_mm256_srli_epi32(bytes, 4));
  }
}
template <int stride>
inline F load_scales(const uint8_t* p) {
  int low;  // and what follows
  short high;
  std::memcpy(&low, p, 4);
  std::memcpy(&high, p + stride, 2);
  const __m128i both = _mm_insert_epi16(_mm_cvtsi32_si128(low), high, 1);
  const __m128i spread = _mm_setr_epi8(0, 1, 0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3, 2, 3);
  return _mm256_cvtph_ps(_mm_shuffle_epi8(both, spread));
}
inline Payload sub(Payload a, Payload b) {
  return {_mm256_sub_epi8(a.first, b.first), _mm256_sub_epi8(a.second, b.second)};
}
template <int b>
inline void widen_block(Payload a, int16_t* q) {
  auto* out = reinterpret_cast<__m256i*>(q);
  _mm256_storeu_si256(out, _mm256_cvtepi8_epi16(_mm256_extracti128_si256(a.first, b)));
  _mm256_storeu_si256(out + 1, _mm256_cvtepi8_epi16(_mm256_extracti128_si256(a.second, b)));
}
inline void widen(Payload a, int16_t (*q)[32]) {
  widen_block<0>(a, q[0]);
  widen_block<1>(a, q[1]);
}
template <bool kSigned>
inline void split(Payload a, I32 (&w)[4]) {
  const __m256i even = _mm256_set1_epi16(0xff);
  auto halves = [&](__m256i v, I32* out) {
    if constexpr (kSigned) {
      out[0] = {_mm256_srai_epi16(_mm256_slli_epi16(v, 8), 8)};
      out[1] = {_mm256_srai_epi16(v, 8)};
    } else {
      out[0] = {_mm256_and_si256(v, even)};
      out[1] = {_mm256_srli_epi16(v, 8)};
    }
  };
  halves(a.first, w);
  halves(a.second, w + 2);
}
inline I32 dot2(I32 acc, I32 w, I32 x) {
  return {dot_pairs(acc.v, w.v, x.v)};
}
inline I32 dot_planes(I32 acc, Payload w, const int8_t (*x)[2][kLanes][4]) {
  return {dot_bytes(acc.v, w.first, w.second, reinterpret_cast<const __m256i(*)[2]>(x))};
}
// A word for each block of a step, in all of its lanes.
inline I32 spread_words(const int32_t* p) {
  return {_mm256_set_m128i(_mm_set1_epi32(p[1]), _mm_set1_epi32(p[0]))};
}
// Pairs of words, from a and b, of the first or second halves of a step's blocks; four values of
// each block a vector.
template <bool kSigned>
inline void pair_values(const Payload& a, const Payload& b, int half, I32 (&pairs)[4]) {
  const __m256i x = half == 0 ? a.first : a.second, y = half == 0 ? b.first : b.second;
  const __m256i low = _mm256_unpacklo_epi8(x, y), high = _mm256_unpackhi_epi8(x, y);
  const __m256i zero = _mm256_setzero_si256();
  // A byte and a zero are a word; a zero and a byte are 256 times as much.
  auto lower = [&](__m256i v) {
    if constexpr (kSigned) return I32{_mm256_srai_epi16(_mm256_unpacklo_epi8(zero, v), 8)};
    return I32{_mm256_unpacklo_epi8(v, zero)};
  };
  auto upper = [&](__m256i v) {
    if constexpr (kSigned) return I32{_mm256_srai_epi16(_mm256_unpackhi_epi8(zero, v), 8)};
    return I32{_mm256_unpackhi_epi8(v, zero)};
  };
  pairs[0] = lower(low);
  pairs[1] = upper(low);
  pairs[2] = lower(high);
  pairs[3] = upper(high);
}
inline Payload splat_payload(int8_t a) {
  return {_mm256_set1_epi8(a), _mm256_set1_epi8(a)};
}

inline F dot_half_blocks(HalfBlocks a, const float* x) {
  auto eight = [x](__m128i v, int i) {
    return _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(v)), _mm256_loadu_ps(x + i));
  };
  return _mm256_add_ps(eight(a.v, 0), eight(_mm_srli_si128(a.v, 8), 8));
}
inline F dot_blocks(uint64_t a, const float* x) {
  return multiply_eight(a, x);
}
// Half blocks of a run, in 16 bits.
inline I32 spread_half_blocks(HalfBlocks a, int run) {
  const __m128i even_odd = _mm_setr_epi8(0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15);
  const __m256i wide = _mm256_cvtepi8_epi16(_mm_shuffle_epi8(a.v, even_odd));
  return {_mm256_shuffle_epi8(wide, _mm256_set1_epi16(static_cast<short>(0x0100 + 0x0202 * run)))};
}
// Sums of pairs of products, unsigned bytes by signed ones, in 16 bits.
inline I32 multiply_bytes(I32 w, I32 x) {
  return {_mm256_maddubs_epi16(w.v, x.v)};
}
// Bytes in 16 bits, even ones and odd ones, times scales.
inline void scale_words(I32 bytes, I32 scale, I32 (&words)[2]) {
  words[0] = {_mm256_mullo_epi16(_mm256_and_si256(bytes.v, _mm256_set1_epi16(0xff)), scale.v)};
  words[1] = {_mm256_mullo_epi16(_mm256_srli_epi16(bytes.v, 8), scale.v)};
}
inline __m256i load_32(const uint8_t* p) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
}
// A run is a block; two share 32 bytes' nibbles.
inline I32 load_nibble_run(const uint8_t* p, int i) {
  const __m256i packed = load_32(p + 32 * (i / 2)), low = _mm256_set1_epi8(15);
  return {_mm256_and_si256(i % 2 == 0 ? packed : _mm256_srli_epi16(packed, 4), low)};
}
// Bits `from` of each byte as bits `to`, of which `mask` says how many.
inline __m256i move_bits(__m256i a, int from, int to, char mask) {
  a = from < to ? _mm256_slli_epi16(a, to - from) : _mm256_srli_epi16(a, from - to);
  return _mm256_and_si256(a, _mm256_set1_epi8(mask));
}
inline I32 add_bit_run(I32 a, const uint8_t* p, int i) {
  return {_mm256_or_si256(a.v, move_bits(load_32(p), i, 4, 0x10))};
}
inline I32 load_six_bit_run(const uint8_t* low, const uint8_t* high, int i) {
  const int half = i / 4, part = i % 4;
  const __m256i nibbles = load_32(low + 64 * half + 32 * (part % 2));
  return {_mm256_or_si256(move_bits(nibbles, 4 * (part / 2), 0, 0x0f),
                          move_bits(load_32(high + 32 * half), 2 * part, 4, 0x30))};
}

inline Payload load_paired_nibbles(const uint8_t* p, int s) {
  const __m256i shift = splat_halves(0, 4), low = _mm256_set1_epi8(15);
  auto nibbles = [&](const uint8_t* bytes) {
    return _mm256_and_si256(_mm256_srlv_epi32(load_twice(bytes), shift), low);
  };
  return {nibbles(p + 32 * s), nibbles(p + 32 * s + 16)};
}
inline Payload add_bit_planes(Payload a, const uint8_t* p, int s) {
  const int bit = 0x01010101 << 2 * s;
  const __m256i wanted = splat_halves(bit, bit << 1);
  return {add_sixteen(a.first, load_twice(p), wanted),
          add_sixteen(a.second, load_twice(p + 16), wanted)};
}
inline Payload load_six_bits(const uint8_t* low, const uint8_t* high, int s) {
  // Two runs of 32 values, whose nibbles lie 32 bytes apart and whose top bits two bits.
  low += 64 * (s / 2);
  high += 32 * (s / 2);
  const int upper = s % 2;
  const __m128i nibble_shift = _mm_cvtsi32_si128(4 * upper);
  const __m256i top_shift = splat_halves(4 * upper, 4 * upper + 2);
  auto join = [&](__m256i nibbles, __m256i tops) {
    nibbles = _mm256_and_si256(_mm256_srl_epi16(nibbles, nibble_shift), _mm256_set1_epi8(15));
    tops = _mm256_and_si256(_mm256_srlv_epi32(tops, top_shift), _mm256_set1_epi8(3));
    return _mm256_or_si256(nibbles, _mm256_slli_epi16(tops, 4));
  };
  return {join(load_halves<32>(low), load_twice(high)),
          join(load_halves<32>(low + 16), load_twice(high + 16))};
}
template <int kStride, int kFirst = 0>
inline F spread(const float* p) {
  return _mm256_set_m128(_mm_broadcast_ss(p + kFirst + kStride), _mm_broadcast_ss(p + kFirst));
}

inline void prefetch(const uint8_t* p) {
  _mm_prefetch(reinterpret_cast<const char*>(p), _MM_HINT_T0);
}
inline void prefetch_far(const uint8_t* p) {
  _mm_prefetch(reinterpret_cast<const char*>(p), _MM_HINT_T1);
}

// What generic/quad_sums.inl wants: of four rows, lane r of each block, sums of the block's lanes,
// or values that those share; and the rows' sums over both blocks.
inline I32 add_lanes(const I32 (&rows)[4]) {
  return {_mm256_hadd_epi32(_mm256_hadd_epi32(rows[0].v, rows[1].v),
                            _mm256_hadd_epi32(rows[2].v, rows[3].v))};
}
inline F join_rows(const F (&rows)[4]) {
  return _mm256_blend_ps(_mm256_blend_ps(rows[0], rows[1], 0x22),
                         _mm256_blend_ps(rows[2], rows[3], 0x88), 0xcc);
}
inline void store_rows(float* y, F sums) {
  _mm_storeu_ps(y, _mm_add_ps(_mm256_castps256_ps128(sums), _mm256_extractf128_ps(sums, 1)));
}
