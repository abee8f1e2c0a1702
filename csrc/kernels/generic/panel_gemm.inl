// Prompt tokens: kPanelRows weight rows at a time are unpacked into a panel of 16-bit integers,
// whatever their format, and multiplied with tiles of tokens. A lane is a token, so nothing is
// reduced across lanes, and weights keep the order in which they are unpacked.
#pragma once

#include "kernels/generic/token_tiles.inl"

constexpr int kChunkRows = kPanelRows;

template <class Unpacker>
constexpr GatedFunction kGated = nullptr;

// 32 values of each row, in kScales runs of one scale each: weight = d * q + m.
template <int kScales>
struct alignas(64) PanelBlock {
  int16_t q[kPanelRows][32];
  float d[kScales][kPanelRows];
  float m[kPanelRows];
};

// Where an unpacker puts a row of weights. An unpacker is a format's way into the panel:
//   kScales, kMin: the scales of a block, and whether it has a minimum;
//   kBits, kOffset: the width of its values, and what to take off them;
//   static void unpack(const uint8_t* row, int begin, int end, const PanelRow<Unpacker>& out): puts
//   the row's blocks [begin, end).
template <class Unpacker>
struct PanelRow {
  PanelBlock<Unpacker::kScales>* panel;
  int r;

  // Blocks from `block` on, n of kStep: block i's scales are at d + i * kStride, its minimum there.
  template <int kStride>
  void put(int block, int n, Payload q, const float* d, const float* m) const {
    alignas(64) int16_t wide[kStep][32];
    if constexpr (Unpacker::kOffset > 0) q = sub(q, splat_payload(Unpacker::kOffset));
    widen(q, wide);
    for (int i = 0; i < n; ++i) {
      PanelBlock<Unpacker::kScales>& to = panel[block + i];
      std::memcpy(to.q[r], wide[i], sizeof wide[i]);
      for (int s = 0; s < Unpacker::kScales; ++s) to.d[s][r] = d[i * kStride + s];
      if constexpr (Unpacker::kMin) to.m[r] = m[i * kStride];
    }
  }
};

// Sums of up to kTileVectors tiles, by weight row.
using Sums = F[kPanelRows][kTileVectors];

// Adds one run's integer products: dot[r][v] of rows [row, row + kTileRows) and tiles v.
template <int kPairs, int kVectors>
inline void dot_run(const int16_t (*q)[32], const TokenTile* const* tiles, int pair, int first,
                    I32 (&dot)[kTileRows][kVectors]) {
  for (auto& row : dot) {
    for (I32& d : row) d = splat(int32_t{0});
  }
#pragma GCC unroll kRunUnroll
  for (int j = 0; j < kPairs; ++j) {
    I32 x[kVectors];
    for (int v = 0; v < kVectors; ++v) {
      x[v] = load_pairs(tiles[v]->q[pair + j]);
    }
    for (int r = 0; r < kTileRows; ++r) {
      int32_t two;
      std::memcpy(&two, q[r] + first + 2 * j, 4);
      const I32 w = splat(two);
      for (int v = 0; v < kVectors; ++v) dot[r][v] = dot2(dot[r][v], w, x[v]);
    }
  }
}

// Adds a group of values to the sums of rows [row, row + kTileRows), which the first one begins.
template <int kScales, bool kMin, int kVectors>
inline void multiply_group(const PanelBlock<kScales>* w, int n_blocks, int row,
                           const TokenTile* const* tiles, bool first, Sums& sums) {
  constexpr int kRunPairs = kBlockPairs / kScales;
  F group[kTileRows][kVectors];
  for (auto& r : group) {
    for (F& sum : r) sum = splat(0.0f);
  }
  for (int b = 0; b < n_blocks; ++b, ++w) {
    for (int s = 0; s < kScales; ++s) {
      I32 dot[kTileRows][kVectors];
      dot_run<kRunPairs>(w->q + row, tiles, b * kBlockPairs + s * kRunPairs, 2 * s * kRunPairs,
                         dot);
      for (int r = 0; r < kTileRows; ++r) {
        const F d = splat(w->d[s][row + r]);
        for (int v = 0; v < kVectors; ++v) group[r][v] = fma(to_float(dot[r][v]), d, group[r][v]);
      }
    }
    for (int r = 0; kMin && r < kTileRows; ++r) {
      const F m = splat(w->m[row + r]);
      for (int v = 0; v < kVectors; ++v) group[r][v] = fma(m, load(tiles[v]->sum[b]), group[r][v]);
    }
  }
  for (int r = 0; r < kTileRows; ++r) {
    for (int v = 0; v < kVectors; ++v) {
      F& sum = sums[row + r][v];
      sum = fma(group[r][v], load(tiles[v]->d), first ? splat(0.0f) : sum);
    }
  }
}

// Sums of n_rows rows over all values for the first tiles of n_vectors, at most kVectors of them;
// returns how many.
template <int kScales, bool kMin, int kVectors = kTileVectors>
int multiply_tiles(const PanelBlock<kScales>* panel, const TokenTile* tile, int n_rows,
                   int n_vectors, int n_in, Sums& sums) {
  if constexpr (kVectors > 1) {
    if (n_vectors < kVectors) {
      return multiply_tiles<kScales, kMin, kVectors - 1>(panel, tile, n_rows, n_vectors, n_in,
                                                         sums);
    }
  }
  const int n_groups = groups_of(n_in);
  for (int g = 0; g < n_groups; ++g) {
    const int left = n_in / 32 - g * kGroupBlocks;
    const TokenTile* tiles[kVectors];
    for (int v = 0; v < kVectors; ++v) tiles[v] = tile + v * n_groups + g;
    for (int row = 0; row < n_rows; row += kTileRows) {
      multiply_group<kScales, kMin, kVectors>(panel + g * kGroupBlocks,
                                              left < kGroupBlocks ? left : kGroupBlocks, row, tiles,
                                              g == 0, sums);
    }
  }
  return kVectors;
}

// Stores the sums of one tile's tokens, n_tokens of them, for n_rows weight rows.
inline void store_sums(Sums& sums, int v, int n_tokens, int n_rows, float* y, size_t y_stride) {
  for (int row = 0; row < n_rows; row += kLanes) {
    F block[kLanes];
    for (int i = 0; i < kLanes; ++i) block[i] = sums[row + i][v];
    transpose(block);
    for (int c = 0; c < n_tokens; ++c) {
      store_first(y + static_cast<size_t>(c) * y_stride + row, block[c], n_rows - row);
    }
  }
}

template <int kScales>
size_t panel_bytes(int n_in) {
  return static_cast<size_t>(n_in / 32) * sizeof(PanelBlock<kScales>);
}

template <class Unpacker>
void multiply_prompt_rows(const MatmulArgs& a) {
  constexpr int kScales = Unpacker::kScales;
  auto* panel = reinterpret_cast<PanelBlock<kScales>*>(a.scratch);
  const int n_blocks = a.n_in / 32, n_groups = groups_of(a.n_in);
  auto* tile = reinterpret_cast<const TokenTile*>(a.packed);
  for (int first = a.row_begin; first < a.row_end; first += kPanelRows) {
    const int n = a.row_end - first < kPanelRows ? a.row_end - first : kPanelRows;
    if (n < kPanelRows) std::memset(panel, 0, panel_bytes<kScales>(a.n_in));
    for (int r = 0; r < n; ++r) {
      Unpacker::unpack(a.weights + static_cast<size_t>(first + r) * a.row_bytes, 0, n_blocks,
                       PanelRow<Unpacker>{panel, r});
    }
    for (int token = 0; token < a.n_rows;) {
      Sums sums;
      const int n_vectors = multiply_tiles<kScales, Unpacker::kMin>(
          panel, tile + token / kLanes * n_groups, n, (a.n_rows - token + kLanes - 1) / kLanes,
          a.n_in, sums);
      for (int v = 0; v < n_vectors; ++v, token += kLanes) {
        const int n_tokens = a.n_rows - token < kLanes ? a.n_rows - token : kLanes;
        store_sums(sums, v, n_tokens, n, a.y + static_cast<size_t>(token) * a.y_stride + first,
                   a.y_stride);
      }
    }
  }
}
