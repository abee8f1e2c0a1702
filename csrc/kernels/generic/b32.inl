// Formats of 32-value blocks. quant/<format>.inl describes one: constants and loaders for a step of
// kStep blocks, with value = scale * (payload - 2^(kBits - 1)) or scale * payload + min.
#include "kernels/generic/lanes.inl"
#include "kernels/generic/quant_gemv.inl"
#include "kernels/generic/quantised_inputs.inl"

// What stands for zero: 0 itself, a constant offset, or a minimum stored with the scale.
enum class Zero { none, offset, min };

#include "generated/b32_formats.inl"

constexpr int kPrefetchBytes = 2048;

template <class Format>
inline F multiply_step(F acc, const uint8_t* w, const QuantStep& x) {
  I32 dot = dot_planes<Format::kSigned>(Format::payload(w), x);
  if constexpr (Format::kZero == Zero::offset) {
    dot = sub(dot, shift_left<Format::kBits - 4>(load(x.sum_times_8)));
  }
  F d = load(x.d);
  acc = fma(to_float(dot), mul(Format::scales(w), d), acc);
  if constexpr (Format::kZero == Zero::min) {
    acc = fma(Format::mins(w), load(x.d_times_sum), acc);
  }
  return acc;
}

template <class Format>
struct Multiplier {
  template <int kCount>
  static void run(const uint8_t* w, const QuantStep* x, int n_in, F* acc) {
    constexpr int kStepBytes = kStep * Format::kBytes;
    const int n_blocks = n_in / 32, n_full = n_blocks / kStep, n_left = n_blocks % kStep;
    const int n_steps = steps_of(n_in);
    for (int c = 0; c < kCount; ++c) acc[c] = splat(0.0f);
    for (int s = 0; s < n_full; ++s, w += kStepBytes) {
      prefetch(w + kPrefetchBytes);
      for (int c = 0; c < kCount; ++c)
        acc[c] = multiply_step<Format>(acc[c], w, x[c * n_steps + s]);
    }
    if (n_left > 0) {
      uint8_t padded[kStepBytes] = {};
      std::memcpy(padded, w, static_cast<size_t>(n_left) * Format::kBytes);
      for (int c = 0; c < kCount; ++c)
        acc[c] = multiply_step<Format>(acc[c], padded, x[c * n_steps + n_full]);
    }
  }
};

template <class Format>
void multiply_generated(const MatmulArgs& a) {
  multiply_generated_rows<Multiplier<Format>>(a);
}

template <class Format>
struct Unpacker {
  static constexpr int kScales = 1;
  static constexpr bool kMin = Format::kZero == Zero::min;
  static constexpr int kBits = Format::kBits;
  static constexpr int kOffset = Format::kZero == Zero::offset ? 1 << (kBits - 1) : 0;

  static void unpack(const uint8_t* row, int begin, int end, const PanelRow<Unpacker>& out) {
    constexpr int kStepBytes = kStep * Format::kBytes;
    row += static_cast<size_t>(begin) * Format::kBytes;
    int b = begin;
    for (; b + kStep <= end; b += kStep, row += kStepBytes) unpack_step(row, b, kStep, out);
    if (b < end) {
      uint8_t padded[kStepBytes] = {};
      std::memcpy(padded, row, static_cast<size_t>(end - b) * Format::kBytes);
      unpack_step(padded, b, end - b, out);
    }
  }

  static void unpack_step(const uint8_t* w, int block, int n, const PanelRow<Unpacker>& out) {
    constexpr int kLanesPerBlock = kLanes / kStep;
    alignas(64) float d[kLanes], m[kLanes];
    store(d, Format::scales(w));
    if constexpr (kMin) store(m, Format::mins(w));
    out.template put<kLanesPerBlock>(block, n, Format::payload(w), d, m);
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
     panel_bytes<1>,
     {Q3L_EACH_B32(multiply_prompt)}},
    {layout_id(Layout::quant_steps),
     1,
     1,
     quant_steps_bytes,
     pack_quant_steps,
     no_scratch,
     {Q3L_EACH_B32(multiply_generated)}},
}};
