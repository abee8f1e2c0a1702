// Sums of generated tokens' products in a vector for four weight rows, lane 4 b + r for the blocks
// b of each step: integers are added as far as one scale reaches before they become a float, so
// that it does not matter how. What generic/row_sums.inl has for each row; less than four rows are
// repeated.
#pragma once

constexpr bool kWholeSums = true;  // a lane has a row, and a block's inputs

#include "kernels/generic/quant_steps.inl"
#include "kernels/generic/super_scales.inl"

// Of four rows, lane r of each block: sums of the block's lanes, or values that those share.
inline I32 add_lanes(const I32 (&rows)[4]) {
  auto add_pairs = [](I32 a, I32 b) {
    return _mm512_add_epi32(_mm512_unpacklo_epi32(a.v, b.v), _mm512_unpackhi_epi32(a.v, b.v));
  };
  const __m512i low = add_pairs(rows[0], rows[1]), high = add_pairs(rows[2], rows[3]);
  return {_mm512_add_epi32(_mm512_unpacklo_epi64(low, high), _mm512_unpackhi_epi64(low, high))};
}
inline F join_rows(const F (&rows)[4]) {
  const F low = _mm512_mask_mov_ps(rows[0], 0x2222, rows[1]);
  return _mm512_mask_mov_ps(_mm512_mask_mov_ps(low, 0x4444, rows[2]), 0x8888, rows[3]);
}

// Multiplies a step's words, from `block` on, by their half blocks' scales.
inline void multiply_half_scales(HalfBlocks half, int block, I32 (&words)[4]) {
  const __m512i wide = _mm512_castsi256_si512(_mm256_cvtepi8_epi16(half.v));
  for (int i = 0; i < 2; ++i) {
    const __m512i first = _mm512_set1_epi16(static_cast<short>(2 * block + i));
    const __m512i blocks = _mm512_inserti64x4(
        _mm512_castsi256_si512(_mm256_set_m128i(_mm_set1_epi16(2), _mm_setzero_si128())),
        _mm256_set_m128i(_mm_set1_epi16(6), _mm_set1_epi16(4)), 1);
    const __m512i scales = _mm512_permutexvar_epi16(_mm512_add_epi16(first, blocks), wide);
    for (int j = 2 * i; j < 2 * i + 2; ++j) words[j].v = _mm512_mullo_epi16(words[j].v, scales);
  }
}

template <int kRows, int kColumns>
struct QuadSums {
  static constexpr int kQuad = 4;

  F of[kColumns];
  // Until the last row has come.
  I32 products[kColumns][kQuad];
  F scales[kQuad], minima[kQuad];

  QuadSums() {
    for (F& sum : of) sum = splat(0.0f);
  }

  void add(int r, int c, I32 dot, F d) {
    for (int i = r; i < kQuad; i += kRows) {
      products[c][i] = dot;
      scales[i] = d;
    }
    if (r + 1 < kRows) return;
    of[c] = fma(to_float(add_lanes(products[c])), join_rows(scales), of[c]);
  }
  // The same of all a superblock, whose products the first lanes get.
  void add_superblock(int r, int c, I32 dot, F unit) {
    for (int i = r; i < kQuad; i += kRows) {
      products[c][i] = dot;
      scales[i] = unit;
    }
    if (r + 1 < kRows) return;
    __m512i sum = add_lanes(products[c]).v;
    sum = _mm512_add_epi32(sum, _mm512_shuffle_i64x2(sum, sum, 0x4e));
    sum = _mm512_maskz_add_epi32(0xf, sum, _mm512_shuffle_i64x2(sum, sum, 0xb1));
    of[c] = fma(to_float({sum}), join_rows(scales), of[c]);
  }
  void add_minima(int r, int c, F m, F inputs) {
    for (int i = r; i < kQuad; i += kRows) minima[i] = m;
    if (r + 1 == kRows) of[c] = fma(join_rows(minima), inputs, of[c]);
  }
  void add_group(const QuadSums& group, int c, F d) { of[c] = fma(group.of[c], d, of[c]); }
  void results(int c, float (&y)[kRows]) const {
    const __m256 half =
        _mm256_add_ps(_mm512_castps512_ps256(of[c]), _mm512_extractf32x8_ps(of[c], 1));
    float quad[kQuad];
    _mm_storeu_ps(quad, _mm_add_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1)));
    std::memcpy(y, quad, sizeof y);
  }
};
