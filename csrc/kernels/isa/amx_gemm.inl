// Prompt tokens on matrix tiles: weights are unpacked to bf16 in their natural order and are the
// left operand, 16 rows by 32 values; tokens, in pairs of values, are the right one. A panel of 32
// rows and 512 values stays in L1 while all tokens' values stream past it from L2. Panels of a pass
// take their turns on a chunk of values, so that each chunk of the tokens comes from memory once a
// pass. Vectors work meanwhile, a little behind each product of tiles, so that both overlap: they
// unpack the next panel and write sums.
#pragma once

#include "kernels/generic/math.inl"
#include "kernels/isa/amx_tiles.inl"

constexpr int kPanelRows = 32;    // two tiles
constexpr int kChunkBlocks = 16;  // blocks of 32 values in a chunk
constexpr int kUnitBlocks = 8;    // that are unpacked at once: no superblock's scales come twice
constexpr int kPassPanels = 8;    // of weight rows and
constexpr int kChunkRows = kPassPanels * kPanelRows;
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
  Panel panels[2];  // multiplied, and being unpacked
  SumBlock sums[kPassPanels][kPassTokens / (2 * kTile)];
  SumBlock complete;  // of the pair under way, or the one before, until it is written
};

inline size_t panel_bytes(int) {
  return sizeof(PassScratch);
}

inline size_t token_tiles_bytes(int n_in, int n_rows) {
  const int n_tiles = (n_rows + kTile - 1) / kTile;
  return static_cast<size_t>(n_tiles) * static_cast<size_t>(n_in / 32) * sizeof(TokenTile);
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
        const float* values = x + static_cast<size_t>(first - begin + c) * stride + 32 * b;
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
  static constexpr bool kWholeScales = false, kLoads = false;

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

// Adds n_blocks blocks of 32 values to the sums in the tile registers; beside(b) is vectors' work
// behind block b's products. Tokens are not needed again soon, so that they leave L1 to the panel.
template <int kTokenTiles, class Beside>
inline void multiply_blocks(const PanelBlock* w, const TokenTile* x, const TokenTile* x2,
                            int n_blocks, Beside&& beside) {
  for (int b = 0; b < n_blocks; ++b) {
    _tile_stream_loadd(6, x + b, 64);
    _tile_loadd(4, w[b].q[0], 64);
    _tile_dpbf16ps(0, 4, 6);
    if constexpr (kTokenTiles > 1) {
      _tile_stream_loadd(7, x2 + b, 64);
      _tile_dpbf16ps(2, 4, 7);
    }
    _tile_loadd(5, w[b].q[kTile], 64);
    _tile_dpbf16ps(1, 5, 6);
    if constexpr (kTokenTiles > 1) _tile_dpbf16ps(3, 5, 7);
    beside(b);
  }
}

// Four columns of a tile as rows.
inline void load_columns(const float (&tile)[kTile][kTile], unsigned first, F (&columns)[4]) {
  F lanes[4];  // lane i of 128 bits of lanes[j] is of row 4 i + j
#pragma GCC unroll 4
  for (int j = 0; j < 4; ++j) {
    auto part = [&](int i) { return _mm_load_ps(tile[4 * i + j] + first); };
    F v = _mm512_castps128_ps512(part(0));
    v = _mm512_mask_broadcast_f32x4(v, 0x00f0, part(1));
    v = _mm512_mask_broadcast_f32x4(v, 0x0f00, part(2));
    lanes[j] = _mm512_mask_broadcast_f32x4(v, 0xf000, part(3));
  }
  auto pairs = [](F a, F b) { return _mm512_castps_pd(_mm512_unpacklo_ps(a, b)); };
  auto high_pairs = [](F a, F b) { return _mm512_castps_pd(_mm512_unpackhi_ps(a, b)); };
  const __m512d first_two[2] = {pairs(lanes[0], lanes[1]), pairs(lanes[2], lanes[3])};
  const __m512d last_two[2] = {high_pairs(lanes[0], lanes[1]), high_pairs(lanes[2], lanes[3])};
  columns[0] = _mm512_castpd_ps(_mm512_unpacklo_pd(first_two[0], first_two[1]));
  columns[1] = _mm512_castpd_ps(_mm512_unpackhi_pd(first_two[0], first_two[1]));
  columns[2] = _mm512_castpd_ps(_mm512_unpacklo_pd(last_two[0], last_two[1]));
  columns[3] = _mm512_castpd_ps(_mm512_unpackhi_pd(last_two[0], last_two[1]));
}

// Where a block of sums belongs: n_rows weight rows from `row` by n_tokens tokens from `token`. An
// output takes it in kUnits parts of about equal cost.
struct SumPlace {
  size_t row, token;
  int n_rows, n_tokens;
};

// Outputs of one matrix, y: [token][weight row],
struct ToOutputs {
  static constexpr int kMatrices = 1;
  static constexpr unsigned kUnits = 16;

  const MatmulArgs& a;

  const uint8_t* weights(int) const { return a.weights; }
  void write(const SumBlock&, const SumBlock& sums, const SumPlace& at, unsigned unit) const {
    const unsigned r = unit / 8, token = unit % 8 * 4;
    const int n_tokens = at.n_tokens - static_cast<int>(token);
    const int n_rows = at.n_rows - static_cast<int>(r * kTile);
    if (n_tokens <= 0 || n_rows <= 0) return;
    F columns[4];
    load_columns(sums[r][token / kTile].sum, token % kTile, columns);
    float* y = a.y + (at.token + token) * a.y_stride + at.row + r * kTile;
    if (n_tokens >= 4 && n_rows >= kTile) {
      for (int c = 0; c < 4; ++c) store(y + c * a.y_stride, columns[c]);
    } else {
      for (int c = 0; c < at_most(n_tokens, 4); ++c) {
        store_first(y + c * a.y_stride, columns[c], n_rows);
      }
    }
  }
};

// or packed inputs from a gate and what it lets through. Rows come in whole blocks.
struct ToGated {
  static constexpr int kMatrices = 2;
  static constexpr unsigned kUnits = 32;

  const GatedArgs& a;

  const uint8_t* weights(int matrix) const { return matrix ? a.up_weights : a.gate.weights; }
  void write(const SumBlock& gate, const SumBlock& up, const SumPlace& at, unsigned unit) const {
    const unsigned t = unit / kTile, line = unit % kTile * 2, r = line / kTile;
    if (static_cast<int>(t * kTile) >= at.n_tokens) return;
    TokenTile* tile =
        reinterpret_cast<TokenTile*>(a.out) + (at.token / kTile + t) * (a.n_out / 32) + at.row / 32;
    F values[2];
    for (int k = 0; k < 2; ++k) {
      const unsigned i = line % kTile + static_cast<unsigned>(k);
      values[k] = mul(silu(load(gate[r][t].sum[i])), load(up[r][t].sum[i]));
    }
    _mm512_store_si512(tile->q[line / 2], pair_up(values[0], values[1]));
  }
};

// Work of n_units that is done bit by bit in n_turns.
struct Turns {
  unsigned n_units, n_turns;
  unsigned done = 0, due = 0;

  template <class Body>
  void take(Body&& body) {
    for (due += n_units; due >= n_turns; due -= n_turns) body(done++);
  }
};

// A chunk of values of one panel's rows.
struct Step {
  int pass_row, pass_panels;  // the pass's first weight row, and how many panels it has
  int panel, block;
};

// Tokens [token, token + n_tokens) by all rows; panels of several matrices take turns.
template <class Unpacker, class Output>
struct TokenBlock {
  static constexpr int kMatrices = Output::kMatrices;

  const MatmulArgs a;
  const Output output;
  const int token, n_tokens, n_blocks;
  PassScratch& scratch;

  TokenBlock(const MatmulArgs& args, const Output& out, int first)
      : a(args),
        output(out),
        token(first),
        n_tokens(at_most(args.n_rows - first, kPassTokens)),
        n_blocks(args.n_in / 32),
        scratch(*reinterpret_cast<PassScratch*>(args.scratch)) {}

  Step pass_from(int row) const {
    const int n_panels = (a.row_end - row + kPanelRows - 1) / kPanelRows;
    return {row, at_most(n_panels * kMatrices, most_panels()), 0, 0};
  }
  // Where L2 holds all tokens panels need not share what comes from memory, and have fewer sums.
  int most_panels() const {
    constexpr int kHeldBytes = 1 << 20;
    const int n_tiles = (n_tokens + kTile - 1) / kTile;
    const int bytes = n_tiles * n_blocks * static_cast<int>(sizeof(TokenTile));
    return bytes <= kHeldBytes ? 2 : kPassPanels;
  }
  Step after(Step s) const {
    if (++s.panel < s.pass_panels) return s;
    s.panel = 0;
    s.block += kChunkBlocks;
    if (s.block < n_blocks) return s;
    return pass_from(s.pass_row + s.pass_panels / kMatrices * kPanelRows);
  }
  bool exists(const Step& s) const { return s.pass_row < a.row_end; }
  int first_row(const Step& s) const { return s.pass_row + s.panel / kMatrices * kPanelRows; }
  int chunk_blocks(const Step& s) const { return at_most(n_blocks - s.block, kChunkBlocks); }
  bool is_last(const Step& s) const { return s.block + kChunkBlocks >= n_blocks; }
  // Whether its sums, and all that are written with them, are complete.
  bool is_complete(const Step& s) const {
    return is_last(s) && s.panel % kMatrices + 1 == kMatrices;
  }

  const TokenTile* tokens(const Step& s, int pair) const {
    return reinterpret_cast<const TokenTile*>(a.packed) +
           static_cast<size_t>(token / kTile + 2 * pair) * static_cast<size_t>(n_blocks) + s.block;
  }
  const uint8_t* weights(const Step& s, int row) const {
    return output.weights(s.panel % kMatrices) + static_cast<size_t>(row) * a.row_bytes;
  }

  // Units of a step's unpacking: kUnitBlocks of each row, then the next of each.
  unsigned count_units(const Step& s) const {
    if (!exists(s)) return 0;
    return static_cast<unsigned>((chunk_blocks(s) + kUnitBlocks - 1) / kUnitBlocks * kPanelRows);
  }

  void unpack(const Step& s, PanelBlock* panel, unsigned unit) const {
    const int r = static_cast<int>(unit % kPanelRows), row = first_row(s) + r;
    const int begin = s.block + static_cast<int>(unit / kPanelRows) * kUnitBlocks;
    const int end = at_most(begin + kUnitBlocks, s.block + chunk_blocks(s));
    if (row < a.row_end) {
      if (begin == 0) prefetch_row(s, row + kPanelRows);
      Unpacker::unpack(weights(s, row), begin, end, PanelRow<Unpacker>{panel, s.block, r});
    } else {
      for (int b = begin; b < end; ++b) {
        std::memset(panel[b - s.block].q[r], 0, sizeof panel->q[r]);
      }
    }
  }

  // Whole rows, for their first chunk: stretches as short as a chunk's are nothing that the
  // hardware would foresee.
  void prefetch_row(const Step& s, int row) const {
    if (row >= a.row_end) return;
    const uint8_t* const end = weights(s, row) + a.row_bytes;
    for (const uint8_t* p = weights(s, row); p < end; p += 64) prefetch_far(p);
  }

  // One of n equal parts of a pair's tokens, of block b of a step.
  void prefetch_tokens(const Step& s, int pair, int b, int part, int n) const {
    constexpr int kLines = sizeof(TokenTile) / 64;
    const TokenTile* tile = tokens(s, pair) + b;
    for (int i = kLines * part / n; i < kLines * (part + 1) / n; ++i) {
      prefetch_far(reinterpret_cast<const uint8_t*>(tile) + i * 64);
      prefetch_far(reinterpret_cast<const uint8_t*>(tile + n_blocks) + i * 64);
    }
  }

  // Adds a step's values to the sums of one pair of token tiles.
  template <int kTokenTiles, class Beside>
  void multiply(const Step& s, const PanelBlock* panel, int pair, Beside&& beside) const {
    SumBlock& sums = scratch.sums[s.panel][pair];
    if (s.block == 0)
      zero_sums<kTokenTiles>();
    else
      load_sums<kTokenTiles>(sums);
    const TokenTile* x = tokens(s, pair);
    multiply_blocks<kTokenTiles>(panel, x, x + n_blocks, chunk_blocks(s), beside);
    store_sums<kTokenTiles>(is_complete(s) ? scratch.complete : sums);
  }

  // Where a pair's sums belong, all of which are complete.
  SumPlace place_of(const Step& s, int pair) const {
    const int first_token = pair * 2 * kTile, row = first_row(s);
    return {static_cast<size_t>(row), static_cast<size_t>(token + first_token),
            at_most(a.row_end - row, kPanelRows), at_most(n_tokens - first_token, 2 * kTile)};
  }

  void run() const {
    const int n_tiles = (n_tokens + kTile - 1) / kTile, n_pairs = (n_tiles + 1) / 2;
    Step now = pass_from(a.row_begin);
    // The first matrix's sums that are to be written, or null; scratch.complete are the last one's.
    const SumBlock* gates = nullptr;
    SumPlace place;
    PanelBlock *panel = scratch.panels[0], *next_panel = scratch.panels[1];
    for (unsigned i = 0; i < count_units(now); ++i) unpack(now, panel, i);
    while (exists(now)) {
      const Step next = after(now);
      Step next_chunk = now;
      next_chunk.block = is_last(now) ? 0 : now.block + kChunkBlocks;
      const unsigned n_turns = static_cast<unsigned>(chunk_blocks(now));
      Turns unpacking = {count_units(next), static_cast<unsigned>(n_pairs) * n_turns};
      end_of_stores();
      for (int pair = 0; pair < n_pairs; ++pair) {
        Turns writing = {gates ? Output::kUnits : 0u, n_turns};
        auto beside = [&](int b) {
          unpacking.take([&](unsigned i) { unpack(next, next_panel, i); });
          writing.take([&](unsigned i) { output.write(*gates, scratch.complete, place, i); });
          prefetch_tokens(next_chunk, pair, b, now.panel, now.pass_panels);
        };
        if (2 * pair + 1 < n_tiles)
          multiply<2>(now, panel, pair, beside);
        else
          multiply<1>(now, panel, pair, beside);
        gates = nullptr;
        if (!is_complete(now)) continue;
        gates = &scratch.sums[now.panel + 1 - kMatrices][pair];
        place = place_of(now, pair);
      }
      PanelBlock* const spare = panel;
      panel = next_panel;
      next_panel = spare;
      now = next;
    }
    for (unsigned i = 0; gates && i < Output::kUnits; ++i) {
      output.write(*gates, scratch.complete, place, i);
    }
  }
};

template <class Unpacker, class Output>
inline void multiply_tokens(const MatmulArgs& a, const Output& output) {
  const TilesInUse tiles;
  for (int token = 0; token < a.n_rows; token += kPassTokens) {
    TokenBlock<Unpacker, Output>(a, output, token).run();
  }
}

template <class Unpacker>
void multiply_prompt_rows(const MatmulArgs& a) {
  multiply_tokens<Unpacker>(a, ToOutputs{a});
}

template <class Unpacker>
void multiply_gated_rows(const GatedArgs& a) {
  multiply_tokens<Unpacker>(a.gate, ToGated{a});
}

template <class Unpacker>
constexpr GatedFunction kGated = multiply_gated_rows<Unpacker>;
