// Formats of 32-value blocks. quant/<format>.inl describes one: constants and loaders for a step of
// kStep blocks, with value = scale * (payload - 2^kOffsetBits) or scale * payload + min.
#include "kernels/generic/lanes.inl"
#include "kernels/generic/panel_gemm.inl"
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
    dot = sub(dot, shift_left<Format::kOffsetBits - 3>(load(x.sum_times_8)));
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
  static void unpack(const uint8_t* row, int n_blocks, int r, PanelBlock<1>* panel) {
    constexpr int kStepBytes = kStep * Format::kBytes;
    int b = 0;
    for (; b + kStep <= n_blocks; b += kStep, row += kStepBytes)
      unpack_step(row, kStep, r, panel + b);
    if (b < n_blocks) {
      uint8_t padded[kStepBytes] = {};
      std::memcpy(padded, row, static_cast<size_t>(n_blocks - b) * Format::kBytes);
      unpack_step(padded, n_blocks - b, r, panel + b);
    }
  }

  static Payload centred(Payload w) {
    if constexpr (Format::kZero == Zero::offset) {
      return sub(w, splat_payload(1 << Format::kOffsetBits));
    }
    return w;
  }

  static void unpack_step(const uint8_t* w, int n, int r, PanelBlock<1>* panel) {
    constexpr int kLanesPerBlock = kLanes / kStep;
    alignas(64) int16_t q[kStep][32];
    alignas(64) float d[kLanes], m[kLanes];
    widen(centred(Format::payload(w)), q);
    store(d, Format::scales(w));
    if constexpr (Format::kZero == Zero::min) store(m, Format::mins(w));
    for (int b = 0; b < n; ++b) {
      std::memcpy(panel[b].q[r], q[b], sizeof q[b]);
      panel[b].d[0][r] = d[b * kLanesPerBlock];
      if constexpr (Format::kZero == Zero::min) panel[b].m[r] = m[b * kLanesPerBlock];
    }
  }
};

template <class Format>
void multiply_prompt(const MatmulArgs& a) {
  multiply_prompt_rows<Unpacker<Format>, Format::kZero == Zero::min, 1>(a);
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
