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
  for (int r = 0; r < kTileRows; ++r) {
    for (int v = 0; v < kVectors; ++v) dot[r][v] = sums[r / 2][2 * v + r % 2];
  }
}

// Sums lie as the instruction leaves them, two rows' of two tokens in a vector: vector r has rows
// r / 2 * 2 and the next, and tokens 0 and 1 of four or, if r is odd, 2 and 3.
inline F splat_row(const float* rows, int r) {
  const float32x2_t two = vld1_f32(rows + r / 2 * 2);
  const F twice = vcombine_f32(two, two);
  return vzip1q_f32(twice, twice);
}
inline F load_tokens(const float* tokens, int r) {
  const float32x2_t two = vld1_f32(tokens + r % 2 * 2);
  return vcombine_f32(two, two);
}
inline void sort_rows(F (&vectors)[kLanes]) {
  for (int r = 0; r < kLanes; r += 2) {
    const float64x2_t a = vreinterpretq_f64_f32(vectors[r]);
    const float64x2_t b = vreinterpretq_f64_f32(vectors[r + 1]);
    vectors[r] = vreinterpretq_f32_f64(vzip1q_f64(a, b));
    vectors[r + 1] = vreinterpretq_f32_f64(vzip2q_f64(a, b));
  }
}
