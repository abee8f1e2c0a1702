// Prompt tokens on matrix tiles: weights are unpacked to bf16 in their natural order and are the
// left operand, 16 rows by 32 values; tokens, in pairs of values, are the right one. A pass takes
// kPassRows rows chunk by chunk of values: two tiles of tokens stay in L1 while the chunk's panels
// stream past from L2, and the next chunk is unpacked in between, so that the vector units work
// while the tiles do.
#pragma once

#include "kernels/generic/lanes.inl"

constexpr int kTile = 16;          // rows or tokens of a tile
constexpr int kPanelRows = 32;     // two tiles
constexpr int kChunkBlocks = 8;    // blocks of 32 values in a chunk
constexpr int kPrefetchRows = 16;  // ahead of the one that is unpacked
constexpr int kChunkRows = 128;
constexpr int kPassPanels = 8;    // of weight rows and
constexpr int kPassTokens = 512;  // tokens whose sums are kept until all values were added

// 32 values of kTile tokens, as bf16; padding tokens are zero.
struct alignas(64) TokenTile {
  uint16_t q[16][kTile][2];
};

// 32 values of each row, as bf16.
struct alignas(64) PanelBlock {
  uint16_t q[kPanelRows][32];
};

// Sums by weight row and token.
struct alignas(64) SumTile {
  float sum[kTile][kTile];
};

// Two tiles of weight rows by up to two of tokens.
using SumBlock = SumTile[2][2];

using Panel = PanelBlock[kChunkBlocks];

struct PassScratch {
  Panel chunks[2][kPassPanels];  // multiplied, and being unpacked
  SumBlock sums[kPassTokens / (2 * kTile)][kPassPanels];
};

template <int kScales>
size_t panel_bytes(int) {
  return sizeof(PassScratch);
}

inline size_t token_tiles_bytes(int n_in, int n_rows) {
  const int n_tiles = (n_rows + kTile - 1) / kTile;
  return static_cast<size_t>(n_tiles) * static_cast<size_t>(n_in / 32) * sizeof(TokenTile);
}

inline __m512i to_bf16(F first, F second) {
  return reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(second, first));
}

inline void pack_token_tiles(const float* x, size_t stride, int n_in, int begin, int end,
                             uint8_t* packed) {
  const int n_blocks = n_in / 32;
  auto* tile = reinterpret_cast<TokenTile*>(packed) +
               static_cast<size_t>(begin / kTile) * static_cast<size_t>(n_blocks);
  for (int first = begin; first < end; first += kTile) {
    const int n_tokens = end - first < kTile ? end - first : kTile;
    for (int b = 0; b < n_blocks; ++b, ++tile) {
      F pairs[kTile];
      for (int c = 0; c < kTile; ++c) {
        pairs[c] = splat(0.0f);
        if (c >= n_tokens) continue;
        const float* values = x + static_cast<size_t>(first + c) * stride + 32 * b;
        pairs[c] = _mm512_castsi512_ps(to_bf16(load(values), load(values + 16)));
      }
      transpose(pairs);
      for (int i = 0; i < kTile; ++i) store(reinterpret_cast<float*>(tile->q[i]), pairs[i]);
    }
  }
}

// Where an unpacker puts a row of weights; see generic/panel_gemm.inl.
template <class Unpacker>
struct PanelRow {
  PanelBlock* panel;
  int first_block, r;

  template <int kStride>
  void put(int block, int n, Payload q, const float* d, const float* m) const {
    PanelBlock* to = panel + (block - first_block);
    // Quarters of both registers, so that a block's 32 values are neighbours.
    const __m512i low =
        _mm512_permutex2var_epi64(q.first, _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11), q.second);
    const __m512i high =
        _mm512_permutex2var_epi64(q.first, _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15), q.second);
    put_block(to[0], _mm512_castsi512_si256(low), d, m);
    if (n > 1) put_block(to[1], _mm512_extracti64x4_epi64(low, 1), d + kStride, m + kStride);
    if (n > 2) put_block(to[2], _mm512_castsi512_si256(high), d + 2 * kStride, m + 2 * kStride);
    if (n > 3)
      put_block(to[3], _mm512_extracti64x4_epi64(high, 1), d + 3 * kStride, m + 3 * kStride);
  }

  void put_block(PanelBlock& to, __m256i q, const float* d, const float* m) const {
    __m512i values;
    if constexpr (Unpacker::kBits <= 5) {  // few values: each looked up in a table of the block's
      const F count = _mm512_setr_ps(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
      const F first = scaled(sub(count, splat(static_cast<float>(Unpacker::kOffset))), d[0], m);
      const F second =
          scaled(add(count, splat(static_cast<float>(16 - Unpacker::kOffset))), d[0], m);
      const __m512i table =
          Unpacker::kBits <= 4
              ? _mm512_castsi256_si512(reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(first)))
              : to_bf16(first, second);
      values = _mm512_permutexvar_epi16(_mm512_cvtepu8_epi16(q), table);
    } else {
      q = _mm256_sub_epi8(q, _mm256_set1_epi8(Unpacker::kOffset));
      const F first = to_float({_mm512_cvtepi8_epi32(_mm256_castsi256_si128(q))});
      const F second = to_float({_mm512_cvtepi8_epi32(_mm256_extracti128_si256(q, 1))});
      values = to_bf16(scaled(first, d[0], m), scaled(second, d[Unpacker::kScales - 1], m));
    }
    _mm512_store_si512(to.q[r], values);
  }

  static F scaled(F v, float d, const float* m) {
    if constexpr (Unpacker::kMin) return fma(v, splat(d), splat(m[0]));
    return mul(v, splat(d));
  }
};

// Tile registers 0 to 3 are sums, 4 and 5 weights, 6 and 7 tokens.
template <int kTokenTiles>
inline void load_sums(const SumBlock& sums) {
  _tile_loadd(0, &sums[0][0], 64);
  _tile_loadd(1, &sums[1][0], 64);
  if constexpr (kTokenTiles > 1) {
    _tile_loadd(2, &sums[0][1], 64);
    _tile_loadd(3, &sums[1][1], 64);
  }
}

template <int kTokenTiles>
inline void store_sums(SumBlock& sums) {
  _tile_stored(0, &sums[0][0], 64);
  _tile_stored(1, &sums[1][0], 64);
  if constexpr (kTokenTiles > 1) {
    _tile_stored(2, &sums[0][1], 64);
    _tile_stored(3, &sums[1][1], 64);
  }
}

template <int kTokenTiles>
inline void zero_sums() {
  _tile_zero(0);
  _tile_zero(1);
  if constexpr (kTokenTiles > 1) {
    _tile_zero(2);
    _tile_zero(3);
  }
}

// Adds n_blocks blocks of 32 values to the sums in the tile registers.
template <int kTokenTiles>
inline void multiply_blocks(const PanelBlock* w, const TokenTile* x, const TokenTile* x2,
                            int n_blocks) {
  for (int b = 0; b < n_blocks; ++b) {
    _tile_loadd(6, x + b, 64);
    _tile_loadd(4, w[b].q[0], 64);
    _tile_dpbf16ps(0, 4, 6);
    if constexpr (kTokenTiles > 1) {
      _tile_loadd(7, x2 + b, 64);
      _tile_dpbf16ps(2, 4, 7);
    }
    _tile_loadd(5, w[b].q[kTile], 64);
    _tile_dpbf16ps(1, 5, 6);
    if constexpr (kTokenTiles > 1) _tile_dpbf16ps(3, 5, 7);
  }
}

// Writes sums to y, [token][weight row]: n_rows rows, n_tokens tokens from the block's first.
inline void write_sums(const SumBlock& sums, int n_tokens, int n_rows, float* y, size_t y_stride) {
  for (int t = 0; t * kTile < n_tokens; ++t) {
    const int n = n_tokens - t * kTile < kTile ? n_tokens - t * kTile : kTile;
    for (int r = 0; r * kTile < n_rows; ++r) {
      F rows[kTile];
      for (int i = 0; i < kTile; ++i) rows[i] = load(sums[r][t].sum[i]);
      transpose(rows);
      for (int c = 0; c < n; ++c) {
        store_first(y + static_cast<size_t>(t * kTile + c) * y_stride + r * kTile, rows[c],
                    n_rows - r * kTile);
      }
    }
  }
}

inline int at_most(int n, int limit) {
  return n < limit ? n : limit;
}

// A chunk of values of one pass's rows.
struct Step {
  int row, n_rows, n_panels;
  int block, n_blocks;
  bool first, last;  // of the pass
  Panel* panels;
};

// Tokens [token, token + n_tokens) by all rows.
template <class Unpacker>
struct TokenBlock {
  static constexpr int kPassRows = kPassPanels * kPanelRows;

  const MatmulArgs a;
  int token, n_tokens;

  PassScratch& scratch() const { return *reinterpret_cast<PassScratch*>(a.scratch); }
  int n_chunks() const { return (a.n_in / 32 + kChunkBlocks - 1) / kChunkBlocks; }
  int n_steps() const { return (a.row_end - a.row_begin + kPassRows - 1) / kPassRows * n_chunks(); }

  Step step(int i) const {
    const int chunk = i % n_chunks(), row = a.row_begin + i / n_chunks() * kPassRows;
    const int n_rows = at_most(a.row_end - row, kPassRows), block = chunk * kChunkBlocks;
    return {.row = row,
            .n_rows = n_rows,
            .n_panels = (n_rows + kPanelRows - 1) / kPanelRows,
            .block = block,
            .n_blocks = at_most(a.n_in / 32 - block, kChunkBlocks),
            .first = chunk == 0,
            .last = chunk + 1 == n_chunks(),
            .panels = scratch().chunks[i % 2]};
  }

  // Asks for a step's bytes of row r of its pass: stretches as short as a chunk's are nothing that
  // the hardware would foresee.
  void prefetch_row(const Step& s, int r) const {
    if (r >= s.n_rows) return;
    const size_t block_bytes = a.row_bytes / static_cast<size_t>(a.n_in / 32);
    const uint8_t* p = a.weights + static_cast<size_t>(s.row + r) * a.row_bytes +
                       static_cast<size_t>(s.block) * block_bytes;
    const uint8_t* const end = p + static_cast<size_t>(s.n_blocks) * block_bytes;
    for (; p < end; p += 64) prefetch(p);
  }

  // Unpacks rows [begin, end) of a step.
  void unpack(const Step& s, int begin, int end) const {
    for (int r = begin; r < end; ++r) {
      PanelBlock* to = s.panels[r / kPanelRows];
      if (r < s.n_rows) {
        prefetch_row(s, r + kPrefetchRows);
        Unpacker::unpack(a.weights + static_cast<size_t>(s.row + r) * a.row_bytes, s.block,
                         s.block + s.n_blocks, {to, s.block, r % kPanelRows});
      } else {
        for (int b = 0; b < s.n_blocks; ++b) {
          std::memset(to[b].q[r % kPanelRows], 0, sizeof to[b].q[0]);
        }
      }
    }
  }

  // Adds a step's values to the sums of one panel and one pair of token tiles.
  template <int kTokenTiles>
  void multiply(const Step& s, const TokenTile* x, int panel, SumBlock& sums) const {
    if (s.first)
      zero_sums<kTokenTiles>();
    else
      load_sums<kTokenTiles>(sums);
    multiply_blocks<kTokenTiles>(s.panels[panel], x, x + a.n_in / 32, s.n_blocks);
    store_sums<kTokenTiles>(sums);
  }

  void write(const Step& s, int pair, int panel) const {
    const int first_token = token + pair * 2 * kTile, row = panel * kPanelRows;
    write_sums(scratch().sums[pair][panel], at_most(token + n_tokens - first_token, 2 * kTile),
               at_most(s.n_rows - row, kPanelRows),
               a.y + static_cast<size_t>(first_token) * a.y_stride + s.row + row, a.y_stride);
  }

  // Vector work follows each product of tiles, which goes on meanwhile: rows of the next step are
  // unpacked, and sums are written when the next pair's are under way.
  void run(const Step& s, const Step* next) const {
    const int n_tiles = (n_tokens + kTile - 1) / kTile, n_pairs = (n_tiles + 1) / 2;
    const int n_next = next ? next->n_panels * kPanelRows : 0;
    const int slice = (n_next + n_pairs * s.n_panels - 1) / (n_pairs * s.n_panels);
    int unpacked = 0;
    auto* x = reinterpret_cast<const TokenTile*>(a.packed) +
              static_cast<size_t>(token / kTile) * static_cast<size_t>(a.n_in / 32) + s.block;
    for (int pair = 0; pair < n_pairs; ++pair, x += 2 * (a.n_in / 32)) {
      for (int panel = 0; panel < s.n_panels; ++panel) {
        if (2 * pair + 1 < n_tiles)
          multiply<2>(s, x, panel, scratch().sums[pair][panel]);
        else
          multiply<1>(s, x, panel, scratch().sums[pair][panel]);
        if (s.last && pair > 0) write(s, pair - 1, panel);
        const int end = at_most(unpacked + slice, n_next);
        if (unpacked < end) unpack(*next, unpacked, end);
        unpacked = end;
      }
    }
    for (int panel = 0; s.last && panel < s.n_panels; ++panel) write(s, n_pairs - 1, panel);
  }

  void run() const {
    Step now = step(0);
    unpack(now, 0, now.n_panels * kPanelRows);
    for (int i = 0; i < n_steps(); ++i) {
      asm volatile("" ::: "memory");  // tile loads read what unpacking wrote, unseen by GCC 12
      const Step next = step(i + 1);
      run(now, i + 1 < n_steps() ? &next : nullptr);
      now = next;
    }
  }
};

struct alignas(64) TileConfig {
  uint8_t palette = 1, start_row = 0, reserved[14] = {};
  uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

// Other libraries configure a thread's tiles once and rely on it: theirs is put back.
class TilesInUse {
 public:
  TilesInUse() {
    const TileConfig config;
    // GCC 12 does not know that these two lines write and read all of it.
    asm volatile("" : "+m"(found_) : "m"(config));
    _tile_storeconfig(&found_);
    _tile_loadconfig(&config);
    asm volatile("" : "+m"(found_));
  }
  ~TilesInUse() {
    if (found_.palette == 0)
      _tile_release();
    else
      _tile_loadconfig(&found_);
  }
  TilesInUse(const TilesInUse&) = delete;
  TilesInUse& operator=(const TilesInUse&) = delete;

 private:
  TileConfig found_;
};

template <class Unpacker>
void multiply_prompt_rows(const MatmulArgs& a) {
  const TilesInUse tiles;
  for (int token = 0; token < a.n_rows; token += kPassTokens) {
    TokenBlock<Unpacker>{a, token, at_most(a.n_rows - token, kPassTokens)}.run();
  }
}
