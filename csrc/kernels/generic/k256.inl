// Formats of 256-value superblocks: eight blocks of 32 values whose scales (and minima) are stored
// relative to the superblock's. quant/<format>.inl unpacks those to floats once a superblock:
// weight = scale * payload + min for each block or, where kGroups is 2,
// weight = scale * (payload - kOffset) for each half block.
#include "kernels/generic/lanes.inl"
#include "kernels/generic/quant_gemv.inl"
#include "kernels/generic/quantised_inputs.inl"

struct SuperScales {
  alignas(64) float scale[16];
  alignas(64) float min[8];
};

#include "generated/k256_formats.inl"

constexpr int kSuperSteps = 8 / kStep;
constexpr int kPrefetchBytes = 2048;

template <class Format>
inline F multiply_step(F acc, const SuperScales& scales, Payload w, int s, const QuantStep& x) {
  F d = load(x.d);
  if constexpr (Format::kGroups == 2) {
    return add_halves(acc, sub(w, splat_payload(1 << (Format::kBits - 1))), load_payload(x.q[0]),
                      load_payload(x.q[1]), scales.scale + 2 * kStep * s, d);
  } else {
    acc = fma(to_float(dot_planes<false>(w, x)), mul(spread(scales.scale + kStep * s), d), acc);
    return fma(spread(scales.min + kStep * s), load(x.d_times_sum), acc);
  }
}

template <class Format>
struct Multiplier {
  template <int kCount>
  static void run(const uint8_t* w, const QuantStep* x, int n_in, F* acc) {
    const int n_steps = steps_of(n_in);
    for (int c = 0; c < kCount; ++c) acc[c] = splat(0.0f);
    for (int b = 0; b < n_in / 256; ++b, w += Format::kBytes, x += kSuperSteps) {
      for (int i = 0; i < Format::kBytes; i += 64) prefetch(w + kPrefetchBytes + i);
      SuperScales scales;
      Format::scales(w, &scales);
      for (int s = 0; s < kSuperSteps; ++s) {
        Payload q = Format::payload(w, s);
        for (int c = 0; c < kCount; ++c)
          acc[c] = multiply_step<Format>(acc[c], scales, q, s, x[c * n_steps + s]);
      }
    }
  }
};

template <class Format>
void multiply_generated(const MatmulArgs& a) {
  multiply_generated_rows<Multiplier<Format>>(a);
}

template <class Format>
struct Unpacker {
  static constexpr int kScales = Format::kGroups;
  static constexpr bool kMin = Format::kGroups == 1;
  static constexpr int kBits = Format::kBits;
  static constexpr int kOffset = kMin ? 0 : 1 << (kBits - 1);

  // REQUIRES: begin is a multiple of 8.
  static void unpack(const uint8_t* row, int begin, int end, const PanelRow<Unpacker>& out) {
    row += static_cast<size_t>(begin / 8) * Format::kBytes;
    for (int b = begin; b < end; b += 8, row += Format::kBytes) {
      SuperScales scales;
      Format::scales(row, &scales);
      for (int s = 0; s < kSuperSteps; ++s) {
        out.template put<kScales>(b + s * kStep, kStep, Format::payload(row, s),
                                  scales.scale + s * kStep * kScales, scales.min + s * kStep);
      }
    }
  }
};

template <class Format>
void multiply_prompt(const MatmulArgs& a) {
  multiply_prompt_rows<Unpacker<Format>>(a);
}

constexpr FamilySet kSet = {{
    {layout_id(Layout::token_tiles),
     kLanes,
     kPanelRows,
     token_tiles_bytes,
     pack_token_tiles,
     panel_bytes<2>,
     {Q3L_EACH_K256(multiply_prompt)}},
    {layout_id(Layout::quant_steps),
     1,
     1,
     quant_steps_bytes,
     pack_quant_steps,
     no_scratch,
     {Q3L_EACH_K256(multiply_generated)}},
}};
