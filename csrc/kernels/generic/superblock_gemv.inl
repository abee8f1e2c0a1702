// Generated tokens by superblocks of 256 values: integer scales are multiplied in, so that a lane
// has one sum of integers for a superblock, or half of it, however they were multiplied. Weights
// are unsigned bytes, a vector of them a run: blocks i, i + kRuns and so on, or half a block.
// REQUIRES: scaled sums, as generic/scaled_pairs.inl has them, and kRowsShareInputs.
#pragma once

#include "kernels/generic/lanes.inl"
#include "kernels/generic/quantise.inl"
#include "kernels/generic/row_sums.inl"

constexpr int kRunValues = 4 * kLanes;
constexpr int kRuns = kGroup / kRunValues;
constexpr int kPieceValues = kRunValues < 32 ? kRunValues : 32;  // that lie together
constexpr int kHalfBlocks = kGroup / 16;

// Inputs are such that a lane's sum of 32 products of 6-bit values, 8-bit scales and inputs stays
// within 32 bits, and the same for all instruction sets.
constexpr int kSumValues = 32;
constexpr int kLargestSuperInput = INT32_MAX / (63 * 128 * kSumValues) - 128;

// A group of an input row.
struct alignas(64) SuperGroup {
  int8_t planes[kPlanes][kRuns][kRunValues];
  int16_t words[kRuns][2][kRunValues / 2];  // even values of a run and odd ones
  float half_sums[kHalfBlocks];             // for offsets
  float block_sums[kHalfBlocks / 2];        // for minima: 4 % faster than each half block's
  float d;                                  // value = d * integer
};

constexpr Layout kSuperLayout = Layout::super_groups;

inline size_t super_groups_bytes(int n_in, int n_rows) {
  return static_cast<size_t>(n_rows) * static_cast<size_t>(groups_of(n_in)) * sizeof(SuperGroup);
}

// Takes 256 values.
inline void arrange_group(const int16_t* x, SuperGroup* out) {
  for (int i = 0; i < kGroup; i += kPieceValues) {
    const int piece = i / kPieceValues, run = piece % kRuns, place = piece / kRuns * kPieceValues;
    for (int j = 0; j < kPieceValues; ++j) {
      out->planes[kLow][run][place + j] = low_byte(x[i + j]);
      out->planes[kHigh][run][place + j] = high_byte(x[i + j]);
    }
    for (int j = 0; j < kPieceValues; j += 2) {
      out->words[run][0][(place + j) / 2] = x[i + j];
      out->words[run][1][(place + j) / 2] = x[i + j + 1];
    }
  }
  for (int h = 0; h < kHalfBlocks; ++h) {
    int sum = 0;
    for (int i = 16 * h; i < 16 * (h + 1); ++i) sum += x[i];
    out->half_sums[h] = static_cast<float>(sum);
  }
  for (int b = 0; b < kHalfBlocks / 2; ++b) {
    out->block_sums[b] = out->half_sums[2 * b] + out->half_sums[2 * b + 1];
  }
}

// REQUIRES: n_in is a multiple of 256, as superblocks are.
inline void pack_super_groups(const float* x, size_t stride, int n_in, int begin, int end,
                              uint8_t* packed) {
  auto* group = reinterpret_cast<SuperGroup*>(packed) +
                static_cast<size_t>(begin) * static_cast<size_t>(groups_of(n_in));
  for (int r = begin; r < end; ++r, x += stride) {
    for (int i = 0; i < n_in; i += kGroup, ++group) {
      alignas(64) int16_t q[kGroup];
      group->d = quantise_group<kLargestSuperInput>(x + i, kGroup, q);
      arrange_group(q, group);
    }
  }
}

// Of a format: run(w, i), half_scales(w) of its sixteen half blocks and their unit(w); either an
// offset, 2^(kBits - 1) times the scale, or block_mins(w) and their min_unit(w).
template <class Format>
struct SuperMultiplier {
  using Inputs = SuperGroup;
  static constexpr int kGroupBytes = Format::kBytes;
  static constexpr int kTileRows = 1;  // more rows would need more registers
  static constexpr int kTileColumns = ScaledSums::kColumns;
  static constexpr int kScaleRuns = Format::kGroups == 1 && kRunValues < 32 ? 2 : 1;  // share one
  static constexpr bool kBlockScales = kScalesSums && Format::kGroups == 1;
  // Whose sums stay within 32 bits.
  static constexpr int kMostRuns = kSumValues * 63 / ((1 << Format::kBits) - 1) / 4;
  static constexpr int kSumRuns = kRuns < kMostRuns ? kRuns : kMostRuns;
  static_assert(kRuns % kSumRuns == 0);
  template <int kRows, int kColumns>
  using Sums = RowSums<kRows, kColumns>;

  template <int kRows, int kColumns>
  static void add_group(const uint8_t* w, size_t row_bytes, int, const SuperGroup* x,
                        int column_groups, RowSums<kRows, kColumns>& sums) {
    if constexpr (kRowsShareInputs && kRows % 2 == 0 && kColumns == 1) {
#pragma GCC unroll 1
      for (int r = 0; r < kRows; r += 2, w += 2 * row_bytes) {
        add_pair(w, row_bytes, *x, r, sums);
      }
      return;
    }
#pragma GCC unroll 4
    for (int r = 0; r < kRows; ++r, w += row_bytes) {
      prefetch_weights<Format::kBytes>(w);
      const auto scales = scales_of(w);
      const F unit = Format::unit(w);
#pragma GCC unroll 2
      for (int run = 0; run < kRuns; run += kSumRuns) {
        I32 dot[kColumns];
        if constexpr (kScalesSums || kColumns == 1) {
          dot_bytes(w, scales, x, column_groups, run, dot);
        } else {
          dot_words(w, scales, x, column_groups, run, dot);
        }
        for (int c = 0; c < kColumns; ++c) sums.add(r, c, dot[c], unit);
      }
      for (int c = 0; c < kColumns; ++c) {
        sums.add(r, c, offset_of(w, x[c * column_groups]), offset_unit(w));
      }
    }
  }

  // Compilers load nothing that comes after it any sooner: registers would not hold it.
  static void hold_loads() { asm volatile("" ::: "memory"); }

  // A token alone, whose inputs are loaded once for two rows.
  template <int kRows>
  static void add_pair(const uint8_t* w, size_t row_bytes, const SuperGroup& x, int r,
                       RowSums<kRows, 1>& sums) {
    const uint8_t* rows[] = {w, w + row_bytes};
    for (const uint8_t* row : rows) prefetch_weights<Format::kBytes>(row);
    const decltype(scales_of(w)) scales[] = {scales_of(rows[0]), scales_of(rows[1])};
    const F offsets[] = {offset_of(rows[0], x), offset_of(rows[1], x)};
#pragma GCC unroll 2  // here and below: what is of a row stays in registers
    for (int run = 0; run < kRuns; run += kSumRuns) {
      ScaledSums dot[2];
#pragma GCC unroll kRunUnroll
      for (int i = run; i < run + kSumRuns; i += kScaleRuns) {
        if (i % (kRuns / 2) == 0) hold_loads();
        const InputRuns inputs(x, i);
#pragma GCC unroll 2
        for (int j = 0; j < 2; ++j) {
          I32 values[kScaleRuns];
          for (int k = 0; k < kScaleRuns; ++k) values[k] = Format::run(rows[j], i + k);
          dot[j].take(values, inputs.of, scale_at(scales[j], i));
        }
      }
#pragma GCC unroll 2
      for (int j = 0; j < 2; ++j) sums.add(r + j, 0, dot[j].total(), Format::unit(rows[j]));
    }
#pragma GCC unroll 2
    for (int j = 0; j < 2; ++j) sums.add(r + j, 0, offsets[j], offset_unit(rows[j]));
  }

  static auto scales_of(const uint8_t* w) {
    if constexpr (kBlockScales)
      return Format::block_scales(w);
    else
      return Format::half_scales(w);
  }
  template <class Scales>
  static auto scale_at(const Scales& scales, int run) {
    if constexpr (kBlockScales)
      return scale_of_block(scales, run * kPieceValues / 32);
    else
      return scale_of_run(scales, run);
  }

  // What an offset or minima of the weights make of the inputs, and the unit of that.
  static F offset_of(const uint8_t* w, const SuperGroup& x) {
    if constexpr (Format::kGroups == 2) {
      return dot_half_blocks(Format::half_scales(w), x.half_sums);
    } else {
      return dot_blocks(Format::block_mins(w), x.block_sums);
    }
  }
  static F offset_unit(const uint8_t* w) {
    if constexpr (Format::kGroups == 2) {
      constexpr auto kOffset = static_cast<float>(1 << (Format::kBits - 1));
      return mul(Format::unit(w), splat(-kOffset));
    } else {
      return mul(Format::min_unit(w), splat(-1.0f));
    }
  }

  // Of runs that share a scale.
  struct InputRuns {
    I32 of[kPlanes][kScaleRuns];

    InputRuns(const SuperGroup& x, int run) {
#pragma GCC unroll 2
      for (int k = 0; k < kScaleRuns; ++k) {
        for (int plane = 0; plane < kPlanes; ++plane) {
          of[plane][k] = load_vector(x.planes[plane][run + k]);
        }
      }
    }
  };

  // Inputs as bytes, so that weights need no widening: a token alone, or where that is all there is
  // to do.
  template <class Scales, int kColumns>
  static void dot_bytes(const uint8_t* w, const Scales& scales, const SuperGroup* x,
                        int column_groups, int run, I32 (&dot)[kColumns]) {
    ScaledSums sums[kColumns];
#pragma GCC unroll kRunUnroll  // here and below: sums stay in registers
    for (int i = run; i < run + kSumRuns; i += kScaleRuns) {
      I32 values[kScaleRuns];
#pragma GCC unroll 2
      for (int k = 0; k < kScaleRuns; ++k) values[k] = Format::run(w, i + k);
      const auto scale = scale_at(scales, i);
#pragma GCC unroll 8
      for (int c = 0; c < kColumns; ++c) {
        sums[c].take(values, InputRuns(x[c * column_groups], i).of, scale);
      }
    }
#pragma GCC unroll 8
    for (int c = 0; c < kColumns; ++c) dot[c] = sums[c].total();
  }

  // Several tokens share weights as words, scales multiplied in.
  template <class Scales, int kColumns>
  static void dot_words(const uint8_t* w, const Scales& scales, const SuperGroup* x,
                        int column_groups, int run, I32 (&dot)[kColumns]) {
    for (I32& d : dot) d = splat(int32_t{0});
#pragma GCC unroll kRunUnroll
    for (int i = run; i < run + kSumRuns; ++i) {
      I32 words[2];
      scale_words(Format::run(w, i), spread_half_blocks(scales, i), words);
      for (int c = 0; c < kColumns; ++c) {
        const auto& from = x[c * column_groups].words[i];
        dot[c] = dot2(dot[c], words[0], load_vector(from[0]));
        dot[c] = dot2(dot[c], words[1], load_vector(from[1]));
      }
    }
  }

  static I32 load_vector(const void* p) { return load(static_cast<const int32_t*>(p)); }
};
