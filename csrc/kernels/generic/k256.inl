// Formats of 256-value superblocks: eight blocks of 32 values whose scales (and minima) are stored
// relative to the superblock's. quant/<format>.inl unpacks those to floats once a superblock:
// weight = scale * payload + min for each block or, where kGroups is 2,
// weight = scale * (payload - kOffset) for each half block.
#include "kernels/generic/lanes.inl"
#include "kernels/generic/quant_gemv.inl"
#include "kernels/generic/super_scales.inl"

#include "generated/k256_formats.inl"

template <class Format>
struct Multiplier {
  static constexpr int kGroupBytes = Format::kBytes;

  template <int kRows, int kColumns>
  static void add_group(const uint8_t* w, size_t row_bytes, int, const QuantGroup* x,
                        int column_groups, GemvSums<kRows, kColumns>& sums) {
    if constexpr (kWholeSums && Format::kGroups == 2) {
      add_superblock(w, row_bytes, x, column_groups, sums);
    } else {
      add_blocks(w, row_bytes, x, column_groups, sums);
    }
  }

  template <int kRows, int kColumns>
  static void add_blocks(const uint8_t* w, size_t row_bytes, const QuantGroup* x, int column_groups,
                         GemvSums<kRows, kColumns>& sums) {
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
                             int column_groups, GemvSums<kRows, kColumns>& sums) {
#pragma GCC unroll 4  // sums wait for the last row in registers
    for (int r = 0; r < kRows; ++r, w += row_bytes) {
      prefetch_weights<Format::kBytes>(w);
      const auto half = Format::half_scales(w);
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
      for (int c = 0; c < kColumns; ++c) sums.add_superblock(r, c, dot[c], half.unit);
    }
  }

  template <class Sums>
  static void add_step(Sums& sums, int r, int c, const SuperScales& scales, const I32 (&w)[4],
                       const QuantStep& x, int s) {
    if constexpr (Format::kGroups == 2) {
      const I32 both = shift_left<Format::kBits - 4>(load(x.minus_8_sums[0]));
      I32 first = shift_left<Format::kBits - 4>(load(x.minus_8_sums[1]));
      I32 second = sub(both, first);
      first = dot2(dot2(first, w[0], load_pairs(x.q[0])), w[1], load_pairs(x.q[1]));
      second = dot2(dot2(second, w[2], load_pairs(x.q[2])), w[3], load_pairs(x.q[3]));
      const float* d = scales.scale + 2 * kStep * s;
      sums.add(r, c, first, spread<2>(d));
      sums.add(r, c, second, spread<2, 1>(d));
    } else {
      I32 dot = splat(int32_t{0});
      for (int i = 0; i < 4; ++i) dot = dot2(dot, w[i], load_pairs(x.q[i]));
      sums.add(r, c, dot, spread<1>(scales.scale + kStep * s));
      sums.add_minima(r, c, spread<1>(scales.min + kStep * s), load(x.sums));
    }
  }
};

template <class Format>
struct Unpacker {
  static constexpr int kGroupBytes = Format::kBytes;
  static constexpr int kScales = Format::kGroups;
  static constexpr int kScaleStride = kScales;  // from block to block
  static constexpr bool kMin = Format::kGroups == 1;
  static constexpr int kBits = Format::kBits;
  static constexpr int kOffset = kMin ? 0 : 1 << (kBits - 1);
  static constexpr int kLargestScale = kMin ? 63 : 0;

  // REQUIRES: begin is a multiple of 8.
  template <class Row>
  static void unpack(const uint8_t* row, int begin, int end, const Row& out) {
    row += static_cast<size_t>(begin / 8) * Format::kBytes;
    for (int b = begin; b < end; b += 8, row += Format::kBytes) {
      SuperScales scales;
      Format::scales(row, &scales);
      for (int s = 0; s < kGroupSteps; ++s) {
        const int step = s * kStep;
        if constexpr (Row::kHalfScales) {
          out.put_half_scales(b + step, Format::payload(row, s), Format::half_scales(row));
        } else if constexpr (Row::kWholeScales) {
          const WholeScales whole = Format::whole_scales(row);
          out.put_whole(b + step, Format::payload(row, s), whole.scale + step, whole.unit,
                        scales.min + step);
        } else {
          out.template put<kScaleStride>(b + step, kStep, Format::payload(row, s),
                                         scales.scale + step * kScales, scales.min + step);
        }
      }
    }
  }
};

template <class Format>
void multiply_prompt(const MatmulArgs& a) {
  multiply_prompt_rows<Unpacker<Format>>(a);
}

template <class Format>
constexpr GatedFunction gated_prompt = kGated<Unpacker<Format>>;

template <class Format>
void multiply_generated(const MatmulArgs& a) {
  multiply_several<Unpacker<Format>, Multiplier<Format>>(a);
}

constexpr FamilySet kSet = {{
    {layout_id(Layout::token_tiles),
     kLanes,
     kPanelRows,
     kChunkRows,
     token_tiles_bytes,
     pack_token_tiles,
     panel_bytes,
     {Q3L_EACH_K256(multiply_prompt)},
     {Q3L_EACH_K256(gated_prompt)}},
    {layout_id(Layout::quant_groups),
     1,
     1,
     1,
     quant_groups_bytes,
     pack_quant_groups,
     tile_scratch_bytes,
     {Q3L_EACH_K256(multiply_generated)},
     {},
     kTiledTokens,
     arranged_bytes,
     arrange_tokens},
}};
