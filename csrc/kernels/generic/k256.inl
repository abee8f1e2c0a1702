// Formats of 256-value superblocks: eight blocks of 32 values whose scales (and minima) are stored
// relative to the superblock's. quant/<format>.inl unpacks those to floats once a superblock:
// weight = scale * payload + min for each block or, where kGroups is 2,
// weight = scale * (payload - kOffset) for each half block.
#include "kernels/generic/lanes.inl"
#include "kernels/generic/quant_gemv.inl"
#include "kernels/generic/super_scales.inl"

#include "generated/k256_formats.inl"

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
        if constexpr (Row::kLoads) {
          out.template load_superblock<Format>(b + step, row, s, scales.scale + step,
                                               scales.min + step);
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
  multiply_several<Unpacker<Format>, SuperMultiplier<Format>>(a);
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
    {layout_id(kSuperLayout),
     1,
     1,
     1,
     super_groups_bytes,
     pack_super_groups,
     tile_scratch_bytes,
     {Q3L_EACH_K256(multiply_generated)},
     {},
     kTiledTokens,
     kTiledRows,
     arranged_bytes,
     arrange_tokens},
}};
