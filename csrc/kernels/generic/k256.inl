// Formats of 256-value superblocks: eight blocks of 32 values whose scales (and minima) are stored
// relative to the superblock's. quant/<format>.inl unpacks those to floats once a superblock:
// weight = scale * payload + min for each block or, where kGroups is 2,
// weight = scale * (payload - kOffset) for each half block.
#include "kernels/generic/lanes.inl"
#include "kernels/generic/quant_gemv.inl"

struct SuperScales {
  alignas(64) float scale[16];
  alignas(64) float min[8];
};

// Scales of eight blocks as multiples of the superblock's.
struct WholeScales {
  uint8_t scale[8];
  float unit;
};

#include "generated/k256_formats.inl"

template <class Format>
struct Multiplier {
  static constexpr int kGroupBytes = Format::kBytes;
  static constexpr int kGroups = Format::kGroups;

  template <int kColumns>
  static void add_group(const uint8_t* w, size_t row_bytes, int, const QuantGroup* x,
                        int column_groups, F (&sums)[kColumns]) {
    SuperScales scales[kQuad];
    for (int r = 0; r < kQuad; ++r) {
      const uint8_t* row = w + static_cast<size_t>(r) * row_bytes;
      prefetch_weights<Format::kBytes>(row);
      Format::scales(row, &scales[r]);
    }
    for (int s = 0; s < kGroupSteps; ++s) {
      I32 words[kQuad][4];
      F rows_d[kQuad], rows_m[kQuad];
      for (int r = 0; r < kQuad; ++r) {
        split<false>(Format::payload(w + static_cast<size_t>(r) * row_bytes, s), words[r]);
        const float *d = scales[r].scale + kStep * s * kGroups, *m = scales[r].min + kStep * s;
        rows_d[r] = spread<kGroups>(d);
        rows_m[r] = kGroups == 2 ? spread<kGroups, kGroups - 1>(d) : spread<1>(m);
      }
      const F d = join_rows(rows_d), m = join_rows(rows_m);
      for (int c = 0; c < kColumns; ++c) {
        sums[c] = add_step(sums[c], d, m, words, x[c * column_groups].steps[s]);
      }
    }
  }

  // m: minima, or the second halves' scales.
  static F add_step(F sum, F d, F m, const I32 (&w)[kQuad][4], const QuantStep& x) {
    if constexpr (kGroups == 2) {
      const I32 both = shift_left<Format::kBits - 4>(load(x.minus_8_sums[0]));
      const I32 offset = shift_left<Format::kBits - 4>(load(x.minus_8_sums[1]));
      const I32 first = add(dot<0, 2>(w, x), offset);
      const I32 second = add(dot<2, 4>(w, x), sub(both, offset));
      return fma(to_float(second), m, fma(to_float(first), d, sum));
    } else {
      sum = fma(to_float(dot<0, 4>(w, x)), d, sum);
      return fma(m, load(x.sums), sum);
    }
  }

  template <int kBegin, int kEnd>
  static I32 dot(const I32 (&w)[kQuad][4], const QuantStep& x) {
    I32 dots[kQuad];
    for (int r = 0; r < kQuad; ++r) dots[r] = splat(int32_t{0});
    for (int i = kBegin; i < kEnd; ++i) {
      const I32 q = load_pairs(x.q[i]);
      for (int r = 0; r < kQuad; ++r) dots[r] = dot2(dots[r], w[r][i], q);
    }
    return add_lanes(dots);
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
        if constexpr (Row::kWholeScales) {
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
     tile_scratch_bytes<Unpacker<Q6_K>>,
     {Q3L_EACH_K256(multiply_generated)},
     {},
     kTiledTokens,
     arranged_bytes,
     arrange_tokens},
}};
