// Several generated tokens on matrix tiles: weights are unpacked to bytes and are the left operand,
// a pair of blocks of 16 rows a tile; the right one is tokens' 12-bit values, high bytes and low
// half bytes apart, a column for each token and block of the pair. Integer products are exact; from
// there on each sum is built as generic/quad_sums.inl does.
#pragma once

#include "kernels/isa/x86_quads.inl"

#include "kernels/generic/block_quads.inl"

#include "kernels/generic/quant_gemv.inl"
#include "kernels/isa/amx_superblocks.inl"
#include "kernels/isa/amx_tiles.inl"
#include "kernels/isa/amx_weights.inl"

constexpr int kTiledTokens = 3;        // fewer are quicker by vectors
constexpr int kTiledRows = 2 * kTile;  // beginning with fewer would cost too much
constexpr int kTokens = kTile / 2;
constexpr int kSumPairs = kPairs / 2;     // pairs i and i + kSumPairs add to the same lanes
constexpr int kQuarter = kTile / kPairs;  // rows that vectors take while tiles multiply a pair
constexpr int kPassTiles = 4;             // of tokens, that share unpacked weights
constexpr int kBlockRows = 256;           // that stay in L2 for all tokens

// Planes here are value = 16 * high + low: a signed byte, and half an unsigned one.
static_assert(kLargestInput == 16 * 127 + 15);

// A group of kTokens tokens. A pair's values lie four a row; what is not of a column's block is
// zero.
struct alignas(64) TokenGroup {
  int8_t q[kPairs][kPlanes][kTile][kTokens][2][4];
  float sums[kPairs][kTokens][2];
  float d[kTokens][2];
};

// Integer products of kTile weight rows.
struct alignas(64) DotTile {
  int32_t row[kTile][kTile];
};

template <class Unpacker>
struct TileScratch {
  static constexpr bool kPlanesApart = kScheme<Unpacker> == Scheme::blocks;
  static constexpr int kTiles = kPlanesApart ? kPlanes * kPairs : kPairs;
  static constexpr int kDotSteps = kPlanesApart ? 3 : 2;

  WeightGroup<Unpacker> weights[2];  // multiplied, and being unpacked
  DotTile dots[kDotSteps][kTiles];   // being added, and on their way from registers
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
        const int line = 8 * (i / 4 % 2) + 4 * half + i % 4;
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

// How tiles multiply a pair: what they load first, then what their registers hold of products that
// began a step ago, or half a step, goes to its place, and others begin.
template <Scheme scheme, bool kSigned>
struct PairTiles;

// Products of both planes of tokens where weights are a byte,
template <bool kSigned>
struct PairTiles<Scheme::blocks, kSigned> {
  template <int kPair, class Weights>
  static void multiply(const Weights& w, const TokenGroup& x, DotTile* last, DotTile* now) {
    constexpr int kLowSums = kPair % 2 * 2, kHighSums = kLowSums + 1, kWeights = 4 + kPair % 2;
    load_tile<kWeights>(w.low[kPair]);
    load_tile_past_l1<6>(x.q[kPair][kLow]);
    load_tile_past_l1<7>(x.q[kPair][kHigh]);
    DotTile* out = kPair < 2 ? last + kPlanes * (kPair + 2) : now + kPlanes * (kPair - 2);
    take_tile<kLowSums>(out[kLow].row);
    take_tile<kHighSums>(out[kHigh].row);
    multiply_tiles<true, kLowSums, kWeights, 6>();
    multiply_tiles<true, kHighSums, kWeights, 7>();
  }
};

// or of both together,
template <bool kSigned>
struct PairTiles<Scheme::narrow, kSigned> {
  template <int kPair, class Weights>
  static void multiply(const Weights& w, const TokenGroup& x, DotTile* last, DotTile*) {
    load_tile<4>(w.low[kPair]);
    load_tile<5>(w.high[kPair]);
    load_tile_past_l1<6>(x.q[kPair][kLow]);
    load_tile_past_l1<7>(x.q[kPair][kHigh]);
    take_tile<kPair>(last[kPair].row);
    multiply_tiles<kSigned, kPair, 4, 6>();
    multiply_tiles<kSigned, kPair, 5, 7>();
  }
};

// or of low and high bytes of weights and inputs, over all pairs.
template <bool kSigned>
struct PairTiles<Scheme::superblocks, kSigned> {
  template <int kPair, class Weights>
  static void multiply(const Weights& w, const TokenGroup& x, DotTile* last, DotTile*) {
    load_tile<4>(w.low[kPair]);
    load_tile<5>(w.high[kPair]);
    load_tile_past_l1<6>(x.q[kPair][kLow]);
    load_tile_past_l1<7>(x.q[kPair][kHigh]);
    if constexpr (kPair == 0) {
      take_tile<0>(last[0].row);
      take_tile<1>(last[1].row);
      take_tile<2>(last[2].row);
      take_tile<3>(last[3].row);
    }
    multiply_tiles<false, 0, 4, 6>();
    multiply_tiles<false, 1, 4, 7>();
    multiply_tiles<true, 2, 5, 6>();
    multiply_tiles<true, 3, 5, 7>();
  }
};

// All weight rows by up to kPassTiles tiles of tokens.
template <class Unpacker>
struct TokenTiles {
  static constexpr Scheme kBytes = kScheme<Unpacker>;
  static constexpr int kDotSteps = TileScratch<Unpacker>::kDotSteps;
  using Tiles = PairTiles<kBytes, (Unpacker::kOffset > 0)>;

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
  DotTile* dots(int step) const { return scratch.dots[step % kDotSteps]; }

  // A group whose rows are being unpacked, of which the next is at w.
  struct Unpacking {
    const uint8_t* w;
    typename WeightGroup<Unpacker>::Row to;
    int rows, n_blocks;
    const uint8_t* last;  // of all rows, behind which nothing may be read
  };
  Unpacking begin_unpacking(const GroupPlace& at) const {
    const uint8_t* w = a.weights + static_cast<size_t>(at.g) * Unpacker::kGroupBytes;
    return {w + static_cast<size_t>(at.row) * a.row_bytes,
            WeightGroup<Unpacker>::Row::first(weights(at), scales(at)),
            at_most(a.row_end - at.row, kTile),
            at_most(a.n_in / 32 - at.g * kGroupBlocks, kGroupBlocks),
            w + static_cast<size_t>(a.row_end - 1) * a.row_bytes};
  }
  // The next n rows, or as many as are left.
  void unpack(Unpacking& u, int n) const {
    n = at_most(n, u.rows);
    u.rows -= n;
    const uint8_t* w = u.w;
    auto to = u.to;
    if (u.n_blocks == kGroupBlocks) {
      for (; n > 0; --n, to = to.next(), w += a.row_bytes) {
        Unpacker::unpack(w, 0, kGroupBlocks, to);
      }
    } else {
      for (; n > 0; --n, to = to.next(), w += a.row_bytes) {
        const int whole_steps = (u.n_blocks + kStep - 1) / kStep * kStep;
        Unpacker::unpack(w, 0, w == u.last ? u.n_blocks : whole_steps, to);
        to.clear_scales(u.n_blocks);
      }
    }
    u.w = w;
    u.to = to;
  }

  void multiply(const GroupPlace& at, int pair) const {
    DotTile *last = dots(at.step + kDotSteps - 1), *now = dots(at.step);
    const WeightGroup<Unpacker>& w = weights(at);
    const TokenGroup& x = inputs(at);
    end_of_stores();
    switch (pair) {
      case 0:
        Tiles::template multiply<0>(w, x, last, now);
        break;
      case 1:
        Tiles::template multiply<1>(w, x, last, now);
        break;
      case 2:
        Tiles::template multiply<2>(w, x, last, now);
        break;
      default:
        Tiles::template multiply<3>(w, x, last, now);
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
#pragma GCC unroll 4
    for (int i = 0; i < kQuarter; ++i) {
      const int r = kQuarter * quarter + i;
#pragma GCC unroll 2
      for (int lanes = 0; lanes < kSumPairs; ++lanes) {
        F sum;
        if constexpr (kBytes == Scheme::superblocks) {
          if (lanes > 0) continue;
          sum = sum_superblock(from, w, r);
        } else {
          sum = sum_pairs(from, w, x, lanes, r);
        }
        float* total = totals[lanes][r];
        store(total, fma(sum, d, load(total)));
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

  // Writes totals, and begins others.
  void write(const GroupPlace& of) const {
    auto& total = scratch.total[of.tile];
    F rows[kTile];
    for (int r = 0; r < kTile; ++r) rows[r] = add(load(total[0][r]), load(total[1][r]));
    std::memset(total, 0, sizeof total);
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
    const int turn_rows = n_tiles == 1           ? kQuarter
                          : n_tiles < kPassTiles ? kQuarter / 2
                                                 : kQuarter / 4;
    const GroupPlace first = {a.row_begin, 0, 0, 0, 0};
    GroupPlace now = first, added = first;
    Unpacking unpacking = begin_unpacking(first);
    unpack(unpacking, kTile);
    // As much of the next rows as is unpacked: memory is read fastest from one end to the other.
    const uint8_t* ahead = unpacking.w;
    std::memset(scratch.total, 0, sizeof scratch.total);
    for (; now.step < n_steps + kBehind; now = after(now)) {
      if (now.tile == 0) unpacking = begin_unpacking(group_after(now));
      for (int pair = 0; pair < kPairs; ++pair) {
        multiply(now, pair);
        if (now.step >= kBehind) add_quarter(added, pair);
        if (unpacking.rows <= 0) continue;
        const uint8_t* end = ahead + turn_rows * Unpacker::kGroupBytes;
        for (; ahead < end; ahead += 64) prefetch_far(ahead);
        unpack(unpacking, turn_rows);
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
