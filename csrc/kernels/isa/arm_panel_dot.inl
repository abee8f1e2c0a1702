// A panel's bytes multiplied four at a time: a weight's four are one lane of a register that has
// sixteen.
#pragma once

constexpr int kTokenRun = 4;

#include "kernels/generic/panel_rows.inl"
#include "kernels/isa/arm_panel_bytes.inl"

inline void place_values(const PanelValue* values, int r, PanelValue (*q)[32]) {
  std::memcpy(q[r], values, sizeof q[r]);
}

// What generic/panel_words.inl says of it.
template <int kRun, int kValues, int kVectors>
inline void dot_run(const PanelValue (*q)[kValues], int from, const TokenTile* const* tiles,
                    int value, I32 (&dot)[kTileRows][kVectors]) {
  I32 low[kTileRows][kVectors], high[kTileRows][kVectors];
  for (int r = 0; r < kTileRows; ++r) {
    for (int v = 0; v < kVectors; ++v) low[r][v] = high[r][v] = splat(int32_t{0});
  }
  for (int i = 0; i < kRun; i += 16) {
    int8x16_t w[kTileRows];
    for (int r = 0; r < kTileRows; ++r) w[r] = vld1q_s8(q[r] + from + i);
    auto add_four = [&]<int kLane>() {
      for (int v = 0; v < kVectors; ++v) {
        const auto& x = tiles[v]->q[(value + i) / 4 + kLane];
        const int8x16_t x_low = vld1q_s8(x[kLow][0]), x_high = vld1q_s8(x[kHigh][0]);
        for (int r = 0; r < kTileRows; ++r) {
          low[r][v] = vdotq_laneq_s32(low[r][v], x_low, w[r], kLane);
          high[r][v] = vdotq_laneq_s32(high[r][v], x_high, w[r], kLane);
        }
      }
    };
    add_four.template operator()<0>();
    add_four.template operator()<1>();
    add_four.template operator()<2>();
    add_four.template operator()<3>();
  }
  for (int r = 0; r < kTileRows; ++r) {
    for (int v = 0; v < kVectors; ++v) dot[r][v] = add(low[r][v], shift_left<8>(high[r][v]));
  }
}
