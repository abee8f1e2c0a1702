// A panel's integers as 16-bit words, multiplied in pairs: what every instruction set can do.
// REQUIRES: sums, as generic/pair_sums.inl has them.
#pragma once

#include "kernels/generic/panel_rows.inl"
#include "kernels/generic/token_tiles.inl"

using PanelValue = int16_t;
constexpr bool kScalesFit = true;  // integer scales times weights

inline void store_values(Payload q, PanelValue (*values)[32]) {
  widen(q, values);
}

// Puts a block's values into a panel's row r.
inline void place_values(const PanelValue* values, int r, PanelValue (*q)[32]) {
  std::memcpy(q[r], values, sizeof q[r]);
}

// The products of kRun values, from `from` on in weight rows q[0..kTileRows) and from `value` on in
// tiles: dot[r][v] of row r and tile v's tokens, as generic/panel_rows.inl has them.
template <int kRun, int kValues, int kVectors>
inline void dot_run(const PanelValue (*q)[kValues], int from, const TokenTile* const* tiles,
                    int value, I32 (&dot)[kTileRows][kVectors]) {
  PairSums sums[kTileRows][kVectors] = {};
  constexpr int kPairs = kRun / 2, kTurnPairs = kPairs < kBlockPairs ? kPairs : kBlockPairs;
#pragma GCC unroll 1
  for (int turn = 0; turn < kPairs; turn += kTurnPairs) {
#pragma GCC unroll kTurnUnroll
    for (int j = turn; j < turn + kTurnPairs; ++j) {
      I32 x[kVectors];
      for (int v = 0; v < kVectors; ++v) x[v] = load_pairs(tiles[v]->q[value / 2 + j]);
      for (int r = 0; r < kTileRows; ++r) {
        int32_t two;
        std::memcpy(&two, q[r] + from + 2 * j, 4);
        const I32 w = splat(two);
        for (int v = 0; v < kVectors; ++v) sums[r][v] = add_products(sums[r][v], w, x[v]);
      }
    }
  }
  for (int r = 0; r < kTileRows; ++r) {
    for (int v = 0; v < kVectors; ++v) dot[r][v] = total(sums[r][v]);
  }
}
