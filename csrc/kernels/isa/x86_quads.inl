// What generic/quad_sums.inl wants of 512-bit vectors.
#pragma once

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
// The rows' sums over all blocks.
inline void store_rows(float* y, F sums) {
  const __m256 half = _mm256_add_ps(_mm512_castps512_ps256(sums), _mm512_extractf32x8_ps(sums, 1));
  _mm_storeu_ps(y, _mm_add_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1)));
}
