// Sums of generated tokens' products in a vector for four weight rows, lane 4 b + r for the blocks
// b of each step: a block's integers are added before they become a float, so that it does not
// matter how. What generic/row_sums.inl has for each row; less than four rows are repeated.
#pragma once

#include "kernels/generic/quant_steps.inl"

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

template <int kRows, int kColumns>
struct GemvSums {
  static constexpr int kQuad = 4;

  F of[kColumns];
  // Until the last row has come.
  I32 products[kColumns][2][kQuad];
  F scales[2][kQuad], minima[kQuad];

  GemvSums() {
    for (F& sum : of) sum = splat(0.0f);
  }

  template <int kHalf = 0>
  void add(int r, int c, I32 dot, F d) {
    for (int i = r; i < kQuad; i += kRows) {
      products[c][kHalf][i] = dot;
      scales[kHalf][i] = d;
    }
    if (r + 1 < kRows) return;
    of[c] = fma(to_float(add_lanes(products[c][kHalf])), join_rows(scales[kHalf]), of[c]);
  }
  void add_minima(int r, int c, F m, F inputs) {
    for (int i = r; i < kQuad; i += kRows) minima[i] = m;
    if (r + 1 == kRows) of[c] = fma(join_rows(minima), inputs, of[c]);
  }
  void add_group(const GemvSums& group, int c, F d) { of[c] = fma(group.of[c], d, of[c]); }
  void results(int c, float (&y)[kRows]) const {
    const __m256 half =
        _mm256_add_ps(_mm512_castps512_ps256(of[c]), _mm512_extractf32x8_ps(of[c], 1));
    float quad[kQuad];
    _mm_storeu_ps(quad, _mm_add_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1)));
    std::memcpy(y, quad, sizeof y);
  }
};
