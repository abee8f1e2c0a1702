// Generated tokens by 32-value blocks: rows of a format's weights, or of quantised keys, times
// inputs of a token each.
#pragma once

#include "kernels/generic/lanes.inl"
#include "kernels/generic/quant_gemv.inl"
#include "kernels/generic/quant_steps.inl"

template <class Format>
struct Multiplier {
  using Inputs = QuantGroup;
  static constexpr int kStepBytes = kStep * Format::kBytes;
  static constexpr int kGroupBytes = kGroupSteps * kStepBytes;
  static constexpr int kTileRows = kGemvRows, kTileColumns = kGemvColumns;
  template <int kRows, int kColumns>
  using Sums = BlockSums<kRows, kColumns>;

  template <int kRows, int kColumns>
  static void add_group(const uint8_t* w, size_t row_bytes, int n_blocks, const QuantGroup* x,
                        int column_groups, BlockSums<kRows, kColumns>& sums) {
    int s = 0;
    for (; (s + 1) * kStep <= n_blocks; ++s, w += kStepBytes) {
      for (int r = 0; r < kRows; ++r) {
        prefetch_weights<kStepBytes>(w + static_cast<size_t>(r) * row_bytes);
      }
      add_step(w, row_bytes, x, column_groups, s, sums);
    }
    if (s * kStep < n_blocks) {
      uint8_t padded[kRows][kStepBytes] = {};
      for (int r = 0; r < kRows; ++r) {
        std::memcpy(padded[r], w + static_cast<size_t>(r) * row_bytes,
                    static_cast<size_t>(n_blocks - s * kStep) * Format::kBytes);
      }
      add_step(padded[0], sizeof padded[0], x, column_groups, s, sums);
    }
  }

  template <template <int, int> class Sums, int kRows, int kColumns>
  static void add_step(const uint8_t* w, size_t row_bytes, const QuantGroup* x, int column_groups,
                       int s, Sums<kRows, kColumns>& sums) {
    if constexpr (kColumns > 1 && kRowsTogether) {
      return add_columns(w, row_bytes, x, column_groups, s, sums);
    }
    // Bytes take fewer instructions, words pay where several columns share them.
    constexpr bool kBytes = kMultipliesBytes || (kColumns == 1 && Format::kBits < 8);
#pragma GCC unroll 4  // sums wait for the last row in registers
    for (int r = 0; r < kRows; ++r, w += row_bytes) {
      const Payload payload = Format::payload(w);
      I32 words[4];
      if constexpr (!kBytes) split<Format::kBits == 8>(payload, words);
      const F d = Format::scales(w);
      for (int c = 0; c < kColumns; ++c) {
        const QuantStep& step = x[c * column_groups].steps[s];
        I32 dot = first_sum(step);
        if constexpr (kBytes) {
          dot = dot_planes(dot, payload, step.planes);
        } else {
          for (int i = 0; i < 4; ++i) dot = dot2(dot, words[i], load_pairs(step.q[i]));
        }
        sums.add(r, c, dot, d);
        if constexpr (Format::kZero == Zero::min) {
          sums.add_minima(r, c, Format::mins(w), load(step.sums));
        }
      }
    }
  }

  // Rows share what is loaded of a column too.
  template <template <int, int> class Sums, int kRows, int kColumns>
  static void add_columns(const uint8_t* w, size_t row_bytes, const QuantGroup* x,
                          int column_groups, int s, Sums<kRows, kColumns>& sums) {
    Payload payload[kRows];
    I32 words[kRows][4];
    F d[kRows], m[kRows];
#pragma GCC unroll 4  // here and below: weights stay in registers
    for (int r = 0; r < kRows; ++r) {
      const uint8_t* row = w + static_cast<size_t>(r) * row_bytes;
      payload[r] = Format::payload(row);
      if constexpr (!kMultipliesBytes) split<Format::kBits == 8>(payload[r], words[r]);
      d[r] = Format::scales(row);
      if constexpr (Format::kZero == Zero::min) m[r] = Format::mins(row);
    }
    for (int c = 0; c < kColumns; ++c) {
      const QuantStep& step = x[c * column_groups].steps[s];
      I32 dot[kRows];
      for (I32& sum : dot) sum = first_sum(step);
      if constexpr (kMultipliesBytes) {
#pragma GCC unroll 4
        for (int r = 0; r < kRows; ++r) dot[r] = dot_planes(dot[r], payload[r], step.planes);
      } else {
#pragma GCC unroll 4
        for (int i = 0; i < 4; ++i) {
          const I32 pairs = load_pairs(step.q[i]);
#pragma GCC unroll 4
          for (int r = 0; r < kRows; ++r) dot[r] = dot2(dot[r], words[r][i], pairs);
        }
      }
#pragma GCC unroll 4
      for (int r = 0; r < kRows; ++r) {
        sums.add(r, c, dot[r], d[r]);
        if constexpr (Format::kZero == Zero::min) sums.add_minima(r, c, m[r], load(step.sums));
      }
    }
  }

  // What an offset of the weights makes of the inputs.
  static I32 first_sum(const QuantStep& step) {
    if constexpr (Format::kZero == Zero::offset) {
      return shift_left<Format::kBits - 4>(load(step.minus_8_sums));
    }
    return splat(int32_t{0});
  }
};
