// Prompt tokens: kPanelRows weight rows at a time are unpacked into a panel of integers, whatever
// their format, and multiplied with tiles of tokens. A lane is a token, so nothing is reduced
// across lanes, and weights keep the order in which they are unpacked. REQUIRES: integers, their
// places and tiles, as generic/panel_words.inl has them, and sums as generic/panel_rows.inl has
// them.
#pragma once

constexpr int kChunkRows = kPanelRows;

template <class Unpacker>
constexpr GatedFunction kGated = nullptr;

// kValues values of each row, in kScales runs of one scale each, and the minima of each 32:
// weight = d * q + m.
template <int kValues, int kScales, bool kMin>
struct alignas(64) PanelBlock {
  static constexpr int kLength = kValues;
  static constexpr int kRuns = kScales;
  static constexpr int kMins = kMin ? kValues / 32 : 0;

  PanelValue q[kPanelRows][kValues];
  float d[kScales][kPanelRows];
  float m[kMin ? kMins : 1][kPanelRows];
};

// Where an unpacker puts a row of weights. An unpacker is a format's way into the panel:
//   kScales, kMin: the scales of a block, and whether it has a minimum;
//   kBits, kOffset: the width of its values, and what to take off them;
//   kLargestScale: the largest scale, where scales are integers times a superblock's unit, or 0;
//   static void unpack(const uint8_t* row, int begin, int end, const PanelRow<Unpacker>& out): puts
//   the row's blocks [begin, end).
template <class Unpacker>
struct PanelRow {
  // Integer scales are multiplied into the values, which are taken about zero to keep them small:
  // then scales end no run, but a sum that could pass 32 bits does.
  static constexpr bool kWholeScales = kScalesFit && Unpacker::kLargestScale > 0;
  static constexpr bool kLoads = false;
  static constexpr int kMiddle = kWholeScales ? 1 << (Unpacker::kBits - 1) : Unpacker::kOffset;

  static constexpr int block_length() {
    if (!kWholeScales) return 32;
    int n = kGroup;
    while (int64_t{n} * kMiddle * Unpacker::kLargestScale * kLargestInput > INT32_MAX) n /= 2;
    return n;
  }
  using Block = PanelBlock<block_length(), Unpacker::kScales, Unpacker::kMin>;

  Block* panel;
  int r;

  // Blocks from `block` on, n of kStep: block i's scales are at d + i * kStride, its minimum there.
  template <int kStride>
  void put(int block, int n, Payload q, const float* d, const float* m) const {
    alignas(64) PanelValue wide[kStep][32];
    centre(q, wide);
    for (int i = 0; i < n; ++i) {
      Block& to = panel[block + i];
      place_values(wide[i], r, to.q);
      for (int s = 0; s < Unpacker::kScales; ++s) to.d[s][r] = d[i * kStride + s];
      if constexpr (Unpacker::kMin) to.m[0][r] = m[i * kStride];
    }
  }

  // kStep blocks from `block` on, whose scales are `unit` times integers.
  void put_whole(int block, Payload q, const uint8_t* scale, float unit, const float* m) const {
    alignas(64) PanelValue wide[kStep][32];
    centre(q, wide);
    for (int i = 0; i < kStep; ++i) {
      constexpr int kBlocks = Block::kLength / 32;
      Block& to = panel[(block + i) / kBlocks];
      const int at = (block + i) % kBlocks;
      for (int j = 0; j < 32; ++j) {
        to.q[r][32 * at + j] = static_cast<PanelValue>(wide[i][j] * scale[i]);
      }
      to.d[0][r] = unit;
      to.m[at][r] = m[i] + static_cast<float>(kMiddle * scale[i]) * unit;
    }
  }

  static void centre(Payload q, PanelValue (*values)[32]) {
    if constexpr (kMiddle > 0) q = sub(q, splat_payload(kMiddle));
    store_values(q, values);
  }
};

// Sums of up to kTileVectors tiles, by weight row.
using Sums = F[kPanelRows][kTileVectors];

// Adds a group of values to the sums of rows [row, row + kTileRows), which the first one begins.
// Inlined, it would share registers with its caller's loops, and accumulators would be spilled.
template <int kVectors, class Block>
[[gnu::noinline]] void multiply_group(const Block* w, int n_blocks, int row,
                                      const TokenTile* const* tiles, bool first, Sums& sums) {
  F group[kTileRows][kVectors];
  for (auto& r : group) {
    for (F& sum : r) sum = splat(0.0f);
  }
  for (int i = 0; i < n_blocks; ++i) {
    for (int j = 0; j < Block::kMins; ++j) {
#pragma GCC unroll kTileRows  // here and below: sums stay in registers
      for (int r = 0; r < kTileRows; ++r) {
        const F min = splat_row(w[i].m[j] + row, r);
        for (int v = 0; v < kVectors; ++v) {
          const F x = load_tokens(tiles[v]->sum[i * Block::kMins + j], r);
          group[r][v] = fma(min, x, group[r][v]);
        }
      }
    }
  }
  for (int b = 0; b < n_blocks; ++b, ++w) {
    constexpr int kRun = Block::kLength / Block::kRuns;
    for (int s = 0; s < Block::kRuns; ++s) {
      I32 dot[kTileRows][kVectors];
      dot_run<kRun>(w->q + row, s * kRun, tiles, b * Block::kLength + s * kRun, dot);
#pragma GCC unroll kTileRows
      for (int r = 0; r < kTileRows; ++r) {
        const F d = splat_row(w->d[s] + row, r);
        for (int v = 0; v < kVectors; ++v) group[r][v] = fma(to_float(dot[r][v]), d, group[r][v]);
      }
    }
  }
#pragma GCC unroll kTileRows
  for (int r = 0; r < kTileRows; ++r) {
    for (int v = 0; v < kVectors; ++v) {
      F& sum = sums[row + r][v];
      sum = fma(group[r][v], load_tokens(tiles[v]->d, r), first ? splat(0.0f) : sum);
    }
  }
}

// Sums of n_rows rows over all values for the first tiles of n_vectors, at most kVectors of them;
// returns how many.
template <int kVectors = kTileVectors, class Block>
int multiply_tiles(const Block* panel, const TokenTile* tile, int n_rows, int n_vectors, int n_in,
                   Sums& sums) {
  if constexpr (kVectors > 1) {
    if (n_vectors < kVectors) {
      return multiply_tiles<kVectors - 1>(panel, tile, n_rows, n_vectors, n_in, sums);
    }
  }
  constexpr int kBlocks = kGroup / Block::kLength;
  const int n_groups = groups_of(n_in);
  for (int g = 0; g < n_groups; ++g) {
    const int left = n_in / Block::kLength - g * kBlocks;
    const TokenTile* tiles[kVectors];
    for (int v = 0; v < kVectors; ++v) tiles[v] = tile + v * n_groups + g;
    for (int row = 0; row < n_rows; row += kTileRows) {
      multiply_group<kVectors>(panel + g * kBlocks, left < kBlocks ? left : kBlocks, row, tiles,
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
    sort_rows(block);
    transpose(block);
    for (int c = 0; c < n_tokens; ++c) {
      store_first(y + static_cast<size_t>(c) * y_stride + row, block[c], n_rows - row);
    }
  }
}

// Enough for any format: none takes more than blocks with two scales and a minimum each.
inline size_t panel_bytes(int n_in) {
  return static_cast<size_t>(n_in / 32) * sizeof(PanelBlock<32, 2, true>);
}

// Asks for a row as far ahead as its unpacking is short: rows come seldom, and in bursts.
inline void prefetch_row(const uint8_t* row, size_t row_bytes) {
  constexpr int kAhead = 3072;
  for (size_t i = 0; i < row_bytes; i += 64) prefetch_far(row + kAhead + i);
}

// Unpacks n rows, and zeros for those that are missing.
template <class Unpacker>
inline void unpack_panel(const MatmulArgs& a, int first, int n,
                         typename PanelRow<Unpacker>::Block* panel) {
  using Block = typename PanelRow<Unpacker>::Block;
  static_assert(sizeof(Block) * 32 <= sizeof(PanelBlock<32, 2, true>) * Block::kLength);
  if (n < kPanelRows) std::memset(panel, 0, panel_bytes(a.n_in));
  for (int r = 0; r < n; ++r) {
    const uint8_t* row = a.weights + static_cast<size_t>(first + r) * a.row_bytes;
    prefetch_row(row, a.row_bytes);
    Unpacker::unpack(row, 0, a.n_in / 32, PanelRow<Unpacker>{panel, r});
  }
}

template <class Unpacker>
void multiply_prompt_rows(const MatmulArgs& a) {
  auto* panel = reinterpret_cast<typename PanelRow<Unpacker>::Block*>(a.scratch);
  const int n_groups = groups_of(a.n_in);
  auto* tile = reinterpret_cast<const TokenTile*>(a.packed);
  for (int first = a.row_begin; first < a.row_end; first += kPanelRows) {
    const int n = a.row_end - first < kPanelRows ? a.row_end - first : kPanelRows;
    unpack_panel<Unpacker>(a, first, n, panel);
    for (int token = 0; token < a.n_rows;) {
      Sums sums;
      const int n_vectors = multiply_tiles(panel, tile + token / kLanes * n_groups, n,
                                           (a.n_rows - token + kLanes - 1) / kLanes, a.n_in, sums);
      for (int v = 0; v < n_vectors; ++v, token += kLanes) {
        const int n_tokens = a.n_rows - token < kLanes ? a.n_rows - token : kLanes;
        store_sums(sums, v, n_tokens, n, a.y + static_cast<size_t>(token) * a.y_stride + first,
                   a.y_stride);
      }
    }
  }
}
