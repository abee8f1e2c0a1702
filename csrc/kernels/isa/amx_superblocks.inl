// One generated token, or two, by superblocks, as matrix tiles add for several: Q6_K's integer
// scales are multiplied into the weights and all products are one sum, Q4_K's and Q5_K's blocks
// have a sum each.
#pragma once

#include "kernels/generic/lanes.inl"
#include "kernels/generic/quant_steps.inl"
#include "kernels/generic/super_scales.inl"

static_assert(int64_t{kGroup} * 128 * 32 * kLargestInput <= INT32_MAX);  // Q6_K's superblock

constexpr Layout kSuperLayout = Layout::quant_groups;
constexpr auto* super_groups_bytes = quant_groups_bytes;
constexpr auto* pack_super_groups = pack_quant_groups;

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
struct SuperSums : QuadSums<kRows, kColumns> {
  // All of a superblock's products, of which the first lanes get the sum.
  void add_superblock(int r, int c, I32 dot, F unit) {
    if (!this->take(r, c, dot, unit)) return;
    __m512i sum = add_lanes(this->products[c]).v;
    sum = _mm512_add_epi32(sum, _mm512_shuffle_i64x2(sum, sum, 0x4e));
    sum = _mm512_maskz_add_epi32(0xf, sum, _mm512_shuffle_i64x2(sum, sum, 0xb1));
    this->of[c] = fma(to_float({sum}), join_rows(this->scales), this->of[c]);
  }
};

template <class Format>
struct SuperMultiplier {
  using Inputs = QuantGroup;
  static constexpr int kGroupBytes = Format::kBytes;
  static constexpr int kTileRows = kGemvRows, kTileColumns = kGemvColumns;
  template <int kRows, int kColumns>
  using Sums = SuperSums<kRows, kColumns>;

  template <int kRows, int kColumns>
  static void add_group(const uint8_t* w, size_t row_bytes, int, const QuantGroup* x,
                        int column_groups, SuperSums<kRows, kColumns>& sums) {
    if constexpr (Format::kGroups == 2) {
      add_superblock(w, row_bytes, x, column_groups, sums);
    } else {
      add_blocks(w, row_bytes, x, column_groups, sums);
    }
  }

  template <int kRows, int kColumns>
  static void add_blocks(const uint8_t* w, size_t row_bytes, const QuantGroup* x, int column_groups,
                         SuperSums<kRows, kColumns>& sums) {
    SuperScales scales[kRows];
    for (int r = 0; r < kRows; ++r) {
      const uint8_t* row = w + static_cast<size_t>(r) * row_bytes;
      prefetch_weights<Format::kBytes>(row);
      Format::scales(row, &scales[r]);
    }
    for (int s = 0; s < kGroupSteps; ++s) {
#pragma GCC unroll 4  // sums wait for the last row in registers
      for (int r = 0; r < kRows; ++r) {
        I32 words[4];
        split<false>(Format::payload(w + static_cast<size_t>(r) * row_bytes, s), words);
        for (int c = 0; c < kColumns; ++c) {
          add_step(sums, r, c, scales[r], words, x[c * column_groups].steps[s], s);
        }
      }
    }
  }

  // Integer scales are multiplied into the weights, and all products are one sum.
  template <int kRows, int kColumns>
  static void add_superblock(const uint8_t* w, size_t row_bytes, const QuantGroup* x,
                             int column_groups, SuperSums<kRows, kColumns>& sums) {
#pragma GCC unroll 4  // sums wait for the last row in registers
    for (int r = 0; r < kRows; ++r, w += row_bytes) {
      prefetch_weights<Format::kBytes>(w);
      const HalfBlocks half = Format::half_scales(w);
      I32 dot[kColumns];
      for (I32& d : dot) d = splat(int32_t{0});
      for (int s = 0; s < kGroupSteps; ++s) {
        I32 words[4];
        split<true>(sub(Format::payload(w, s), splat_payload(1 << (Format::kBits - 1))), words);
        multiply_half_scales(half, kStep * s, words);
        for (int c = 0; c < kColumns; ++c) {
          const QuantStep& step = x[c * column_groups].steps[s];
          for (int i = 0; i < 4; ++i) dot[c] = dot2(dot[c], words[i], load_pairs(step.q[i]));
        }
      }
      for (int c = 0; c < kColumns; ++c) sums.add_superblock(r, c, dot[c], Format::unit(w));
    }
  }

  template <class Sums>
  static void add_step(Sums& sums, int r, int c, const SuperScales& scales, const I32 (&w)[4],
                       const QuantStep& x, int s) {
    I32 dot = splat(int32_t{0});
    for (int i = 0; i < 4; ++i) dot = dot2(dot, w[i], load_pairs(x.q[i]));
    sums.add(r, c, dot, spread<1>(scales.scale + kStep * s));
    sums.add_minima(r, c, spread<1>(scales.min + kStep * s), load(x.sums));
  }
};
