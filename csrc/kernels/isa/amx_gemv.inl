// Several generated tokens on matrix tiles: weights are unpacked to signed bytes and are the left
// operand, a pair of blocks of 16 rows a tile; the right one is tokens' 12-bit values, high bytes
// and low half bytes apart, a column for each token and block of the pair. Integer products are
// exact; from there on each sum is built as generic/quad_sums.inl does.
#pragma once

#include "kernels/isa/x86_quads.inl"

#include "kernels/generic/block_quads.inl"

#include "kernels/generic/quant_gemv.inl"
#include "kernels/isa/amx_superblocks.inl"
#include "kernels/isa/amx_tiles.inl"

constexpr int kTiledTokens = 3;  // fewer are quicker by vectors
constexpr int kTokens = kTile / 2;
constexpr int kPairs = kGroupBlocks / 2;  // of blocks, in a group
constexpr int kSumPairs = kPairs / 2;     // pairs i and i + kSumPairs add to the same lanes
constexpr int kQuarter = kTile / kPairs;  // rows that vectors take while tiles multiply a pair
constexpr int kPassTiles = 4;             // of tokens, that share unpacked weights
constexpr int kBlockRows = 256;           // that stay in L2 for all tokens

// Planes here are value = 16 * high + low: a signed byte, and half an unsigned one.
static_assert(kLargestInput == 16 * 127 + 15);

// A group of kTokens tokens. A pair's values lie four a row: of the first halves of both blocks,
// then of the second ones; what is not of a column's block is zero.
struct alignas(64) TokenGroup {
  int8_t q[kPairs][kPlanes][kTile][kTokens][2][4];
  float sums[kPairs][kTokens][2];
  float d[kTokens][2];
};

// How weights become bytes, and how far their products add up in tiles.
enum class Scheme {
  blocks,       // a byte each: either plane of the tokens has a product for each pair of blocks
  narrow,       // 4 bits: 16 times a weight is a byte too, so that both planes have one product
  superblocks,  // integer scales multiplied in, high and low bytes: products of all the group
};

template <class Unpacker>
constexpr Scheme kScheme = Unpacker::kScales == 2 ? Scheme::superblocks
                           : Unpacker::kBits == 4 ? Scheme::narrow
                                                  : Scheme::blocks;

// The low bytes of one's 16-bit values and the high bytes of the other's.
inline __m512i join_bytes(__m512i low, __m512i high) {
  return _mm512_ternarylogic_epi64(_mm512_set1_epi16(0xff), low, high, 0xca);
}

template <class Unpacker>
struct alignas(64) WeightScales {
  float d[kTile][kGroupBlocks];
  float m[Unpacker::kMin ? kTile : 0][kGroupBlocks];
};

// A group of kTile weight rows, in the same order as the tokens'.
template <class Unpacker>
struct alignas(64) WeightGroup {
  static constexpr Scheme kBytes = kScheme<Unpacker>;

  int8_t low[kPairs][kTile][64];
  // 16 times the same, or what 256 times belongs to it.
  int8_t high[kBytes == Scheme::blocks ? 0 : kPairs][kTile][64];

  // Where an unpacker puts four blocks of a row; see generic/panel_gemm.inl.
  struct Row {
    static constexpr bool kWholeScales = false;
    // Scales that are integers are multiplied into the weights.
    static constexpr bool kHalfScales = kBytes == Scheme::superblocks;

    WeightGroup* group;
    WeightScales<Unpacker>* scales;
    int r;

    void clear_scales() const {
      std::memset(scales->d[r], 0, sizeof scales->d[r]);
      if constexpr (Unpacker::kMin) std::memset(scales->m[r], 0, sizeof scales->m[r]);
    }

    template <int kStride>
    void put(int block, int, Payload q, const float* d, const float* m) const {
      constexpr bool kOffset = Unpacker::kOffset > 0;
      if constexpr (kBytes == Scheme::narrow) {
        const __m512i middle = _mm512_set1_epi8(kOffset ? -128 : 0);
        put_pairs(group->high, block, _mm512_xor_si512(_mm512_slli_epi16(q.first, 4), middle),
                  _mm512_xor_si512(_mm512_slli_epi16(q.second, 4), middle));
      }
      if constexpr (kOffset) q = sub(q, splat_payload(Unpacker::kOffset));
      put_pairs(group->low, block, q.first, q.second);
      gather<kStride>(d, scales->d[r] + block);
      if constexpr (Unpacker::kMin) gather<kStride>(m, scales->m[r] + block);
    }

    void put_half_scales(int block, Payload q, HalfBlocks half, float unit) const {
      q = sub(q, splat_payload(Unpacker::kOffset));
      I32 words[4];
      split<true>(q, words);
      multiply_half_scales(half, block, words);
      __m512i low[2], high[2];
      for (int i = 0; i < 2; ++i) {
        const __m512i even = words[2 * i].v, odd = words[2 * i + 1].v;
        auto round = [](__m512i w) { return _mm512_add_epi16(w, _mm512_set1_epi16(128)); };
        low[i] = join_bytes(even, _mm512_slli_epi16(odd, 8));
        high[i] = join_bytes(_mm512_srli_epi16(round(even), 8), round(odd));
      }
      put_pairs(group->low, block, low[0], low[1]);
      put_pairs(group->high, block, high[0], high[1]);
      scales->d[r][0] = unit;
    }

    void put_pairs(int8_t (*plane)[kTile][64], int block, __m512i first, __m512i second) const {
      int8_t (*to)[kTile][64] = plane + block / 2;
      _mm512_store_si512(to[0][r], _mm512_shuffle_i64x2(first, second, 0x44));
      _mm512_store_si512(to[1][r], _mm512_shuffle_i64x2(first, second, 0xee));
    }

    template <int kStride>
    static void gather(const float* from, float* to) {
      if constexpr (kStride == 1) {
        _mm_store_ps(to, _mm_loadu_ps(from));
      } else {
        static_assert(kStride == 4);
        const __m512i places = _mm512_castsi128_si512(_mm_setr_epi32(0, 4, 8, 12));
        _mm_store_ps(to, _mm512_castps512_ps128(_mm512_permutexvar_ps(places, load(from))));
      }
    }
  };
};

// Integer products of kTile weight rows.
struct alignas(64) DotTile {
  int32_t row[kTile][kTile];
};

template <class Unpacker>
struct TileScratch {
  static constexpr int kTiles = kScheme<Unpacker> == Scheme::blocks ? kPlanes * kPairs : kPairs;

  WeightGroup<Unpacker> weights[2];  // multiplied, and being unpacked
  DotTile dots[3][kTiles];           // being added, and on their way from registers
  WeightScales<Unpacker> scales[4];  // of groups whose products are under way
  float total[kPassTiles][kSumPairs][kTile][kTile];
};

constexpr size_t kTileScratchBytes = 64 << 10;  // for any unpacker
inline size_t tile_scratch_bytes(int) {
  return kTileScratchBytes;
}

// Low and high planes of a step's values from one half of each block, in order.
inline void split_planes(const QuantStep& step, int half, F& low, F& high) {
  const __m512i even = load_pairs(step.q[2 * half]).v, odd = load_pairs(step.q[2 * half + 1]).v;
  low = _mm512_castsi512_ps(
      _mm512_and_si512(join_bytes(even, _mm512_slli_epi16(odd, 8)), _mm512_set1_epi8(15)));
  high = _mm512_castsi512_ps(join_bytes(_mm512_srli_epi16(even, 4), _mm512_slli_epi16(odd, 4)));
}

// Arranges a group of n_tokens tokens, n_groups groups apart.
inline void arrange_group(const QuantGroup* x, int n_groups, int n_tokens, TokenGroup* out) {
  for (int s = 0; s < kGroupSteps; ++s) {
    for (int half = 0; half < 2; ++half) {
      F planes[kTile];  // of each token, low and high
      for (int c = 0; c < kTokens; ++c) {
        planes[2 * c] = planes[2 * c + 1] = splat(0.0f);
        if (c < n_tokens) {
          split_planes(x[c * n_groups].steps[s], half, planes[2 * c], planes[2 * c + 1]);
        }
      }
      transpose(planes);
      for (int i = 0; i < kTile; ++i) {  // block i / 4 of the step
        const __m512i row = _mm512_castps_si512(planes[i]);
        auto to = out->q[kStep / 2 * s + i / 8];
        const int line = 8 * half + i % 8;
        __m512i low, high;
        if (i / 4 % 2 == 0) {
          low = _mm512_maskz_mov_epi32(0x5555, row);
          high = _mm512_srli_epi64(row, 32);
        } else {
          low = _mm512_slli_epi64(row, 32);
          high = _mm512_maskz_mov_epi32(0xaaaa, row);
        }
        _mm512_store_si512(to[kLow][line], low);
        _mm512_store_si512(to[kHigh][line], high);
      }
    }
  }
  for (int c = 0; c < kTokens; ++c) {
    const QuantGroup& token = x[(c < n_tokens ? c : 0) * n_groups];
    out->d[c][0] = out->d[c][1] = token.d;
    for (int b = 0; b < kGroupBlocks; ++b) {
      out->sums[b / 2][c][b % 2] = token.steps[b / kStep].sums[b % kStep * 4];
    }
  }
}

inline size_t arranged_bytes(int n_in, int n_rows) {
  const int n_tiles = (n_rows + kTokens - 1) / kTokens;
  return static_cast<size_t>(n_tiles * groups_of(n_in)) * sizeof(TokenGroup);
}

inline void arrange_tokens(const uint8_t* packed, int n_in, int n_rows, uint8_t* arranged) {
  const int n_groups = groups_of(n_in);
  auto* out = reinterpret_cast<TokenGroup*>(arranged);
  for (int token = 0; token < n_rows; token += kTokens) {
    const auto* x = reinterpret_cast<const QuantGroup*>(packed) + token * n_groups;
    for (int g = 0; g < n_groups; ++g) {
      arrange_group(x + g, n_groups, at_most(n_rows - token, kTokens), out++);
    }
  }
}

// A pair's two values in turns.
inline F splat_pair(const float* p) {
  return _mm512_castpd_ps(_mm512_set1_pd(*reinterpret_cast<const double*>(p)));
}

// A group of kTile weight rows by a tile of tokens, on its way from memory to sums.
struct GroupPlace {
  int row, g;  // the first row, and the group's place in it
  int n;       // of all groups
  int tile;    // of tokens
  int step;    // of all
};

// Stores what the registers of a pair's products hold and begins others: of both planes of tokens
// where weights are a byte,
inline void multiply_blocks(const int8_t* w, const TokenGroup& x, int pair, DotTile* out) {
  if (pair % 2 == 0) {
    _tile_stored(0, out[0].row, 64);
    _tile_stored(1, out[1].row, 64);
    _tile_zero(0);
    _tile_zero(1);
    _tile_loadd(4, w, 64);
    _tile_loadd(6, x.q[pair][kLow], 64);
    _tile_dpbssd(0, 4, 6);
    _tile_loadd(7, x.q[pair][kHigh], 64);
    _tile_dpbssd(1, 4, 7);
  } else {
    _tile_stored(2, out[0].row, 64);
    _tile_stored(3, out[1].row, 64);
    _tile_zero(2);
    _tile_zero(3);
    _tile_loadd(5, w, 64);
    _tile_loadd(6, x.q[pair][kLow], 64);
    _tile_dpbssd(2, 5, 6);
    _tile_loadd(7, x.q[pair][kHigh], 64);
    _tile_dpbssd(3, 5, 7);
  }
}

// or of both together, in a register of the pair's; weights without an offset are not signed,
#define Q3L_MULTIPLY_PAIR(sums, multiply) \
  _tile_stored(sums, out->row, 64);       \
  _tile_zero(sums);                       \
  _tile_loadd(4, low, 64);                \
  _tile_loadd(6, x.q[pair][kLow], 64);    \
  multiply(sums, 4, 6);                   \
  _tile_loadd(5, high, 64);               \
  _tile_loadd(7, x.q[pair][kHigh], 64);   \
  multiply(sums, 5, 7)
#define Q3L_MULTIPLY_NARROW(multiply) \
  switch (pair) {                     \
    case 0:                           \
      Q3L_MULTIPLY_PAIR(0, multiply); \
      break;                          \
    case 1:                           \
      Q3L_MULTIPLY_PAIR(1, multiply); \
      break;                          \
    case 2:                           \
      Q3L_MULTIPLY_PAIR(2, multiply); \
      break;                          \
    default:                          \
      Q3L_MULTIPLY_PAIR(3, multiply); \
  }
template <bool kSigned>
inline void multiply_narrow(const int8_t* low, const int8_t* high, const TokenGroup& x, int pair,
                            DotTile* out) {
  if constexpr (kSigned) {
    Q3L_MULTIPLY_NARROW(_tile_dpbssd)
  } else {
    Q3L_MULTIPLY_NARROW(_tile_dpbusd)
  }
}
#undef Q3L_MULTIPLY_NARROW
#undef Q3L_MULTIPLY_PAIR

// or of low and high bytes of weights and inputs, over all pairs.
inline void multiply_superblock(const int8_t* low, const int8_t* high, const TokenGroup& x,
                                int pair, DotTile* out) {
  if (pair == 0) {
    _tile_stored(0, out[0].row, 64);
    _tile_stored(1, out[1].row, 64);
    _tile_stored(2, out[2].row, 64);
    _tile_stored(3, out[3].row, 64);
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
  }
  _tile_loadd(4, low, 64);
  _tile_loadd(6, x.q[pair][kLow], 64);
  _tile_dpbssd(0, 4, 6);
  _tile_loadd(7, x.q[pair][kHigh], 64);
  _tile_dpbssd(1, 4, 7);
  _tile_loadd(5, high, 64);
  _tile_dpbssd(2, 5, 6);
  _tile_dpbssd(3, 5, 7);
}

// All weight rows by up to kPassTiles tiles of tokens.
template <class Unpacker>
struct TokenTiles {
  static constexpr Scheme kBytes = kScheme<Unpacker>;

  const MatmulArgs& a;
  const int n_groups, n_tiles;
  const TokenGroup* const tokens;  // [tiles][groups]
  TileScratch<Unpacker>& scratch;

  GroupPlace after(GroupPlace at) const {
    ++at.step;
    if (++at.tile < n_tiles) return at;
    at.tile = 0;
    return group_after(at);
  }
  GroupPlace group_after(GroupPlace at) const {
    ++at.n;
    if (++at.g < n_groups) return at;
    at.g = 0;
    at.row += kTile;
    return at;
  }

  WeightGroup<Unpacker>& weights(const GroupPlace& at) const { return scratch.weights[at.n % 2]; }
  WeightScales<Unpacker>& scales(const GroupPlace& at) const { return scratch.scales[at.n % 4]; }
  const TokenGroup& inputs(const GroupPlace& at) const { return tokens[at.tile * n_groups + at.g]; }
  DotTile* dots(int step) const { return scratch.dots[step % 3]; }

  // Unpacks rows [begin, end) of a group, and asks for as much of the next kTile rows: memory is
  // read fastest from one end to the other.
  void unpack(const GroupPlace& to, int begin, int end) const {
    const size_t row_bytes = a.row_bytes;
    const uint8_t* first = a.weights + static_cast<size_t>(to.row) * row_bytes;
    const uint8_t* w = first + static_cast<size_t>(begin) * row_bytes +
                       static_cast<size_t>(to.g) * Unpacker::kGroupBytes;
    const uint8_t* next = first + kTile * row_bytes +
                          static_cast<size_t>(to.g * kTile + begin) * Unpacker::kGroupBytes;
    const int bytes = Unpacker::kGroupBytes * (end - begin);
    for (int i = 0; i < bytes; i += 64) prefetch_far(next + i);
    end = at_most(a.row_end - to.row, end);
    typename WeightGroup<Unpacker>::Row row = {&weights(to), &scales(to), begin};
    const int n = a.n_in / 32 - to.g * kGroupBlocks;
    for (; row.r < end; ++row.r, w += row_bytes) {
      if (n >= kGroupBlocks) {
        Unpacker::unpack(w, 0, kGroupBlocks, row);
      } else {
        row.clear_scales();
        Unpacker::unpack(w, 0, n, row);
      }
    }
  }

  // Begins a pair's products, after storing what was begun a step ago, or half a step, in the same
  // registers.
  void multiply(const GroupPlace& at, int pair) const {
    const WeightGroup<Unpacker>& w = weights(at);
    const TokenGroup& x = inputs(at);
    DotTile* last = dots(at.step + 2);
    end_of_stores();
    if constexpr (kBytes == Scheme::blocks) {
      DotTile* out = pair < 2 ? last + kPlanes * (pair + 2) : dots(at.step) + kPlanes * (pair - 2);
      multiply_blocks(w.low[pair][0], x, pair, out);
    } else if constexpr (kBytes == Scheme::narrow) {
      multiply_narrow<(Unpacker::kOffset > 0)>(w.low[pair][0], w.high[pair][0], x, pair,
                                               last + pair);
    } else {
      multiply_superblock(w.low[pair][0], w.high[pair][0], x, pair, last);
    }
    end_of_stores();
  }

  // Joins both planes of the tokens.
  static I32 join(I32 low, I32 high) {
    return {_mm512_add_epi32(low.v, _mm512_slli_epi32(high.v, 4))};
  }
  static I32 pair_dot(const DotTile* dots, int pair, int r) {
    if constexpr (kBytes == Scheme::narrow) return load(dots[pair].row[r]);
    const DotTile* planes = dots + kPlanes * pair;
    return join(load(planes[kLow].row[r]), load(planes[kHigh].row[r]));
  }

  // Adds a quarter of a group's rows to the totals.
  void add_quarter(const GroupPlace& of, int quarter) const {
    const DotTile* from = dots(of.step);
    const WeightScales<Unpacker>& w = scales(of);
    const TokenGroup& x = inputs(of);
    auto& totals = scratch.total[of.tile];
    const F d = load(x.d[0]);
    for (int lanes = 0; lanes < kSumPairs; ++lanes) {
      for (int r = kQuarter * quarter; r < kQuarter * (quarter + 1); ++r) {
        F sum;
        if constexpr (kBytes == Scheme::superblocks) {
          sum = lanes == 0 ? sum_superblock(from, w, r) : splat(0.0f);
        } else {
          sum = sum_pairs(from, w, x, lanes, r);
        }
        float* total = totals[lanes][r];
        store(total, fma(sum, d, of.g == 0 ? splat(0.0f) : load(total)));
      }
    }
  }

  static F sum_pairs(const DotTile* from, const WeightScales<Unpacker>& w, const TokenGroup& x,
                     int lanes, int r) {
    F sum = splat(0.0f);
    for (int p = lanes; p < kPairs; p += kSumPairs) {
      sum = fma(to_float(pair_dot(from, p, r)), splat_pair(w.d[r] + 2 * p), sum);
      if constexpr (Unpacker::kMin) {
        sum = fma(splat_pair(w.m[r] + 2 * p), load(x.sums[p][0]), sum);
      }
    }
    return sum;
  }

  // Both columns of a token are one sum, which its first lane of all has.
  static F sum_superblock(const DotTile* from, const WeightScales<Unpacker>& w, int r) {
    const I32 low = join(load(from[0].row[r]), load(from[1].row[r]));
    const I32 high = join(load(from[2].row[r]), load(from[3].row[r]));
    const __m512i dot = _mm512_add_epi32(low.v, _mm512_slli_epi32(high.v, 8));
    const __m512i other = _mm512_shuffle_epi32(dot, _MM_PERM_CDAB);
    const I32 both = {_mm512_maskz_add_epi32(0x5555, dot, other)};
    return mul(to_float(both), splat(w.d[r][0]));
  }

  void write(const GroupPlace& of) const {
    const auto& total = scratch.total[of.tile];
    F rows[kTile];
    for (int r = 0; r < kTile; ++r) rows[r] = add(load(total[0][r]), load(total[1][r]));
    transpose(rows);
    const int first = of.tile * kTokens, n = at_most(a.n_rows - first, kTokens);
    for (int c = 0; c < n; ++c) {
      store_first(a.y + static_cast<size_t>(first + c) * a.y_stride + of.row,
                  add(rows[2 * c], rows[2 * c + 1]), a.row_end - of.row);
    }
  }

  // Tiles multiply, pair by pair, while vectors add the products of the step before the last and
  // unpack the next group.
  void run() const {
    constexpr int kBehind = 2;
    const int n_steps = (a.row_end - a.row_begin + kTile - 1) / kTile * n_groups * n_tiles;
    const GroupPlace first = {a.row_begin, 0, 0, 0, 0};
    GroupPlace now = first, added = first;
    unpack(first, 0, kTile);
    const int turn_rows = n_tiles == 1           ? kQuarter
                          : n_tiles < kPassTiles ? kQuarter / 2
                                                 : kQuarter / 4;
    for (; now.step < n_steps + kBehind; now = after(now)) {
      const GroupPlace next = group_after(now);
      for (int pair = 0; pair < kPairs; ++pair) {
        multiply(now, pair);
        if (now.step >= kBehind) add_quarter(added, pair);
        const int row = (now.tile * kPairs + pair) * turn_rows;
        if (row < kTile) unpack(next, row, row + turn_rows);
      }
      if (now.step < kBehind) continue;
      if (added.g + 1 == n_groups) write(added);
      added = after(added);
    }
  }
};

// By tiles where inputs are arranged for them; then a block of weight rows comes from memory once.
template <class Unpacker, class Multiplier>
void multiply_several(const MatmulArgs& a) {
  if (!a.arranged) return multiply_generated_rows<Multiplier>(a);
  static_assert(sizeof(TileScratch<Unpacker>) <= kTileScratchBytes);
  constexpr int kTogether = kPassTiles * kTokens;
  const TilesInUse tiles;
  const int n_groups = groups_of(a.n_in);
  const auto* groups = reinterpret_cast<const TokenGroup*>(a.arranged);
  const int block = a.n_rows > kTogether ? kBlockRows : a.row_end - a.row_begin;
  for (int row = a.row_begin; row < a.row_end; row += block) {
    for (int token = 0; token < a.n_rows; token += kTogether) {
      MatmulArgs part = a;
      part.row_begin = row;
      part.row_end = at_most(row + block, a.row_end);
      part.n_rows = at_most(a.n_rows - token, kTogether);
      part.y += static_cast<size_t>(token) * a.y_stride;
      TokenTiles<Unpacker>{part, n_groups, (part.n_rows + kTokens - 1) / kTokens,
                           groups + token / kTokens * n_groups,
                           *reinterpret_cast<TileScratch<Unpacker>*>(a.scratch)}
          .run();
    }
  }
}
