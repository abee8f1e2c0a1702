// A panel's bytes multiplied as matrices: eight of two weight rows with eight of two tokens. Rows
// lie in pairs, eight of one and eight of the other by turns.
#pragma once

constexpr int kTokenRun = 8;

#include "kernels/isa/arm_panel_bytes.inl"

inline void place_values(const PanelValue* values, int r, PanelValue (*q)[32]) {
  PanelValue* pair = q[r / 2 * 2] + r % 2 * kTokenRun;
  for (int i = 0; i < 32; i += kTokenRun) std::memcpy(pair + 2 * i, values + i, kTokenRun);
}

// What generic/panel_words.inl says of it. Products with high bytes come first and are multiplied
// by 256 where those with low ones are added.
template <int kRun, int kValues, int kVectors>
inline void dot_run(const PanelValue (*q)[kValues], int from, const TokenTile* const* tiles,
                    int value, I32 (&dot)[kTileRows][kVectors]) {
  static_assert(kValues == 32);
  constexpr int kRowPairs = kTileRows / 2, kTokenPairs = 2 * kVectors;
  I32 sums[kRowPairs][kTokenPairs];
  for (auto& row : sums) {
    for (I32& sum : row) sum = splat(int32_t{0});
  }
  auto add_plane = [&](Plane plane) __attribute__((always_inline)) {  // or sums go to memory
#pragma GCC unroll 4  // here and below: sums stay in registers
    for (int i = 0; i < kRun; i += kTokenRun) {
      int8x16_t w[kRowPairs];
#pragma GCC unroll 4
      for (int r = 0; r < kRowPairs; ++r) w[r] = vld1q_s8(q[2 * r] + 2 * (from + i));
#pragma GCC unroll 4
      for (int t = 0; t < kTokenPairs; ++t) {
        const auto& x = tiles[t / 2]->q[(value + i) / kTokenRun][plane];
        const int8x16_t two = vld1q_s8(x[t % 2 * 2]);
#pragma GCC unroll 4
        for (int r = 0; r < kRowPairs; ++r) sums[r][t] = vmmlaq_s32(sums[r][t], w[r], two);
      }
    }
  };
  add_plane(kHigh);
  for (auto& row : sums) {
    for (I32& sum : row) sum = shift_left<8>(sum);
  }
  add_plane(kLow);
  auto halves = [](I32 a, I32 b, bool upper) {
    const int64x2_t x = vreinterpretq_s64_s32(a), y = vreinterpretq_s64_s32(b);
    return vreinterpretq_s32_s64(upper ? vzip2q_s64(x, y) : vzip1q_s64(x, y));
  };
  for (int r = 0; r < kTileRows; ++r) {
    const auto& row = sums[r / 2];
    for (int v = 0; v < kVectors; ++v) dot[r][v] = halves(row[2 * v], row[2 * v + 1], r % 2);
  }
}
