// Scales and minima of superblocks, of which there are as many for vectors of any width.
#pragma once

// Sixteen signed bytes, one for each half block of a superblock.
struct HalfBlocks {
  __m128i v;
};
inline HalfBlocks load_half_blocks(const uint8_t* p) {
  return {_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))};
}
inline HalfBlocks halve_blocks(uint64_t blocks) {
  const __m128i eight = _mm_cvtsi64_si128(static_cast<int64_t>(blocks));
  return {_mm_unpacklo_epi8(eight, eight)};
}
// Eight unsigned bytes times x.
inline __m256 multiply_eight(uint64_t a, const float* x) {
  const __m128i eight = _mm_cvtsi64_si128(static_cast<int64_t>(a));
  return _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(eight)), _mm256_loadu_ps(x));
}
