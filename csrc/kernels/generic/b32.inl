// Formats of 32-value blocks. quant/<format>.inl describes one: constants and loaders for a step of
// kStep blocks, with value = scale * (payload - 2^(kBits - 1)) or scale * payload + min.
#include "kernels/generic/block_gemv.inl"
#include "kernels/generic/lanes.inl"

#include "generated/b32_formats.inl"

template <class Format>
struct Unpacker {
  static constexpr int kGroupBytes = kGroupBlocks * Format::kBytes;
  static constexpr int kScales = 1;
  static constexpr int kScaleStride = kLanes / kStep;  // from block to block
  static constexpr bool kMin = Format::kZero == Zero::min;
  static constexpr int kBits = Format::kBits;
  static constexpr int kOffset = Format::kZero == Zero::offset ? 1 << (kBits - 1) : 0;
  static constexpr int kLargestScale = 0;

  template <class Row>
  static void unpack(const uint8_t* row, int begin, int end, const Row& out) {
    constexpr int kStepBytes = kStep * Format::kBytes;
    row += static_cast<size_t>(begin) * Format::kBytes;
    int b = begin;
#pragma GCC unroll 2  // places of what is unpacked are constants
    for (; b + kStep <= end; b += kStep, row += kStepBytes) unpack_step(row, b, kStep, out);
    if (b < end) {
      uint8_t padded[kStepBytes] = {};
      std::memcpy(padded, row, static_cast<size_t>(end - b) * Format::kBytes);
      unpack_step(padded, b, end - b, out);
    }
  }

  template <class Row>
  static void unpack_step(const uint8_t* w, int block, int n, const Row& out) {
    alignas(64) float d[kLanes], m[kLanes];
    store(d, Format::scales(w));
    if constexpr (kMin) store(m, Format::mins(w));
    if constexpr (Row::kLoads) {
      out.template load_blocks<Format>(block, w, d, m);
    } else {
      out.template put<kScaleStride>(block, n, Format::payload(w), d, m);
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
     {Q3L_EACH_B32(multiply_prompt)},
     {Q3L_EACH_B32(gated_prompt)}},
    {layout_id(Layout::quant_groups),
     1,
     1,
     1,
     quant_groups_bytes,
     pack_quant_groups,
     tile_scratch_bytes,
     {Q3L_EACH_B32(multiply_generated)},
     {},
     kTiledTokens,
     kTiledRows,
     arranged_bytes,
     arrange_tokens},
}};
