// Several generated tokens on matrix tiles: weights are unpacked to signed bytes and are the left
// operand, a pair of blocks of 16 rows a tile; the right one is tokens' 16-bit values, low and high
// bytes apart, a column for each token and block of the pair. Integer products are exact; from
// there on each sum is built as isa/quad_sums.inl does.
#pragma once

constexpr bool kWholeBlocks = true;

#include "kernels/isa/quad_sums.inl"

#include "kernels/generic/quant_gemv.inl"
#include "kernels/isa/amx_tiles.inl"

constexpr int kTiledTokens = 3;  // fewer are quicker by vectors
constexpr int kTokens = kTile / 2;
constexpr int kPairs = kGroupBlocks / 2;      // of blocks, in a group
constexpr int kSumPairs = kPairs / 2;         // pairs i and i + kSumPairs add to the same lanes
constexpr int kTurnRows = kTile / kSumPairs;  // that are unpacked while a pair's products are made
constexpr int kBlockRows = 256;               // that stay in L2 for all tokens

// value = 256 * high + low, both signed.
enum Plane { kLow, kHigh, kPlanes };

// A group of kTokens tokens. A pair's values lie four a row: of the first halves of both blocks,
// then of the second ones; what is not of a column's block is zero.
struct alignas(64) TokenGroup {
  int8_t q[kPairs][kPlanes][kTile][kTokens][2][4];
  float sums[kPairs][kTokens][2];
  float d[kTokens][2];
};

template <class Unpacker>
struct alignas(64) WeightScales {
  float d[kTile][Unpacker::kScales][kGroupBlocks];
  float m[Unpacker::kMin ? kTile : 0][kGroupBlocks];
};

// A group of kTile weight rows, in the same order.
template <class Unpacker>
struct alignas(64) WeightGroup {
  static constexpr int kScales = Unpacker::kScales;

  int8_t q[kPairs][kTile][64];

  // Where an unpacker puts four blocks of a row; see generic/panel_gemm.inl.
  struct Row {
    static constexpr bool kWholeScales = false;

    WeightGroup* group;
    WeightScales<Unpacker>* scales;
    int r;

    void clear_scales() const {
      std::memset(scales->d[r], 0, sizeof scales->d[r]);
      if constexpr (Unpacker::kMin) std::memset(scales->m[r], 0, sizeof scales->m[r]);
    }

    template <int kStride>
    void put(int block, int, Payload q, const float* d, const float* m) const {
      if constexpr (Unpacker::kOffset > 0) q = sub(q, splat_payload(Unpacker::kOffset));
      int8_t (*to)[kTile][64] = group->q + block / 2;
      _mm512_store_si512(to[0][r], _mm512_shuffle_i64x2(q.first, q.second, 0x44));
      _mm512_store_si512(to[1][r], _mm512_shuffle_i64x2(q.first, q.second, 0xee));
      for (int i = 0; i < kScales; ++i) gather<kStride>(d + i, scales->d[r][i] + block);
      if constexpr (Unpacker::kMin) gather<kStride>(m, scales->m[r] + block);
    }

    template <int kStride>
    static void gather(const float* from, float* to) {
      if constexpr (kStride == 1) {
        _mm_store_ps(to, _mm_loadu_ps(from));
      } else if constexpr (kStride == 2) {
        const __m256 all = _mm256_loadu_ps(from);
        _mm_store_ps(to, _mm256_castps256_ps128(_mm256_permutevar8x32_ps(
                             all, _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6))));
      } else {
        static_assert(kStride == 4);
        const __m512i places = _mm512_castsi128_si512(_mm_setr_epi32(0, 4, 8, 12));
        _mm_store_ps(to, _mm512_castps512_ps128(_mm512_permutexvar_ps(places, load(from))));
      }
    }
  };
};

// Integer products of kTile weight rows: of the pairs that share lanes, in runs of one scale each.
template <int kScales>
struct alignas(64) PairDots {
  int32_t dot[2 * kScales][kPlanes][kTile][kTile];
};

template <class Unpacker>
struct TileScratch {
  WeightGroup<Unpacker> weights[2];     // multiplied, and being unpacked
  PairDots<Unpacker::kScales> dots[2];  // added, and being computed
  WeightScales<Unpacker> scales[4];     // of groups whose products are under way
  float total[kSumPairs][kTile][kTile];
};

constexpr size_t kTileScratchBytes = 48 << 10;  // for any unpacker
inline size_t tile_scratch_bytes(int) {
  return kTileScratchBytes;
}

// Low bytes and high ones of a step's values from one half of each block, in order.
inline void split_planes(const QuantStep& step, int half, F& low, F& high) {
  const __m512i even = load_pairs(step.q[2 * half]).v, odd = load_pairs(step.q[2 * half + 1]).v;
  const __m512i low_byte = _mm512_set1_epi16(0xff), round = _mm512_set1_epi16(0x80);
  low = _mm512_castsi512_ps(
      _mm512_or_si512(_mm512_and_si512(even, low_byte), _mm512_slli_epi16(odd, 8)));
  high = _mm512_castsi512_ps(
      _mm512_or_si512(_mm512_srli_epi16(_mm512_add_epi16(even, round), 8),
                      _mm512_andnot_si512(low_byte, _mm512_add_epi16(odd, round))));
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

// A group of kTile rows, on its way from memory to sums.
template <class Unpacker>
struct GroupAt {
  int row, g;  // the first row, and the group's place in it
  WeightGroup<Unpacker>* weights;
  WeightScales<Unpacker>* scales;
  const TokenGroup* tokens;
};

// All weight rows by up to kTokens tokens.
template <class Unpacker>
struct TokenTiles {
  static constexpr int kScales = Unpacker::kScales;
  static constexpr int kParts = 4 * kScales;  // of a turn
  using Group = GroupAt<Unpacker>;

  const MatmulArgs& a;
  const int n_groups;
  const TokenGroup* const tokens;
  TileScratch<Unpacker>& scratch;

  // Group n of all; the one before it is `last`.
  Group after(const Group& last, int n) const {
    const bool same_rows = last.g + 1 < n_groups;
    const int g = same_rows ? last.g + 1 : 0;
    return {last.row + (same_rows ? 0 : kTile), g, &scratch.weights[n % 2], &scratch.scales[n % 4],
            tokens + g};
  }

  // Unpacks rows [begin, end) of a group, and asks for as much of the next kTile rows: memory is
  // read fastest from one end to the other.
  void unpack(const Group& to, int begin, int end) const {
    const size_t row_bytes = a.row_bytes;
    const uint8_t* first = a.weights + static_cast<size_t>(to.row) * row_bytes;
    const uint8_t* w = first + static_cast<size_t>(begin) * row_bytes +
                       static_cast<size_t>(to.g) * Unpacker::kGroupBytes;
    const uint8_t* next = first + kTile * row_bytes +
                          static_cast<size_t>(to.g * kTile + begin) * Unpacker::kGroupBytes;
    const int bytes = Unpacker::kGroupBytes * (end - begin);
    for (int i = 0; i < bytes; i += 64) prefetch_far(next + i);
    end = at_most(a.row_end - to.row, end);
    typename WeightGroup<Unpacker>::Row row = {to.weights, to.scales, begin};
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

  // Begins a part of the products of pairs that share lanes, after storing what was begun four
  // parts ago in the same registers.
  void multiply_part(const Group& at, int lanes, int part) const {
    const int stored = (part + kParts - 4) % kParts;
    auto& out = scratch.dots[stored < part ? lanes : 1 - lanes].dot[stored / 2][part % 2];
    const int run = part / 2, half = run % kScales;
    const int pair = lanes + run / kScales * kSumPairs;
    const int8_t* w = at.weights->q[pair][0] + 32 * half;
    const auto& x = at.tokens->q[pair][part % 2][8 * half];
    end_of_stores();
    switch (part % 4) {
      case 0:
        _tile_stored(0, out, 64);
        _tile_zero(0);
        _tile_loadd(4, w, 64);
        _tile_loadd(6, x, 64);
        _tile_dpbssd(0, 4, 6);
        break;
      case 1:
        _tile_stored(1, out, 64);
        _tile_zero(1);
        _tile_loadd(7, x, 64);
        _tile_dpbssd(1, 4, 7);
        break;
      case 2:
        _tile_stored(2, out, 64);
        _tile_zero(2);
        _tile_loadd(5, w, 64);
        _tile_loadd(6, x, 64);
        _tile_dpbssd(2, 5, 6);
        break;
      default:
        _tile_stored(3, out, 64);
        _tile_zero(3);
        _tile_loadd(7, x, 64);
        _tile_dpbssd(3, 5, 7);
    }
    end_of_stores();
  }

  // Adds the products of a quarter of the rows.
  void add_products(const Group& of, int lanes, int quarter) const {
    constexpr int kRows = kTile / 4;
    const int first = kRows * quarter;
    const auto* dots = scratch.dots[lanes].dot;
    const auto* d = of.scales->d + first;
    const auto* m = of.scales->m + (Unpacker::kMin ? first : 0);
    float (*total)[kTile] = scratch.total[lanes] + first;
    const F x_d = load(of.tokens->d[0]);
    F sums[kRows];
    for (int r = 0; r < kRows; ++r) {
      sums[r] = splat(0.0f);
      for (int run = 0; run < 2 * kScales; ++run) {
        const int p = lanes + run / kScales * kSumPairs;
        const I32 dot = {_mm512_add_epi32(_mm512_slli_epi32(load(dots[run][kHigh][first + r]).v, 8),
                                          load(dots[run][kLow][first + r]).v)};
        sums[r] = fma(to_float(dot), splat_pair(d[r][run % kScales] + 2 * p), sums[r]);
        if constexpr (Unpacker::kMin) {
          sums[r] = fma(splat_pair(m[r] + 2 * p), load(of.tokens->sums[p][0]), sums[r]);
        }
      }
    }
    if (of.g == 0) {
      for (int r = 0; r < kRows; ++r) store(total[r], fma(sums[r], x_d, splat(0.0f)));
    } else {
      for (int r = 0; r < kRows; ++r) store(total[r], fma(sums[r], x_d, load(total[r])));
    }
  }

  void write(int row) const {
    F rows[kTile];
    for (int r = 0; r < kTile; ++r) {
      rows[r] = add(load(scratch.total[0][r]), load(scratch.total[1][r]));
    }
    transpose(rows);
    for (int c = 0; c < a.n_rows; ++c) {
      store_first(a.y + static_cast<size_t>(c) * a.y_stride + row,
                  add(rows[2 * c], rows[2 * c + 1]), a.row_end - row);
    }
  }

  // Tiles multiply a group, part by part, while vectors add the last group's products and unpack
  // the next one.
  void run() const {
    const int n_groups_of_all = (a.row_end - a.row_begin + kTile - 1) / kTile * n_groups;
    Group now = {a.row_begin, 0, &scratch.weights[0], &scratch.scales[0], tokens};
    Group last = now;
    unpack(now, 0, kTile);
    for (int n = 0; n <= n_groups_of_all; ++n) {
      const Group next = after(now, n + 1);
      for (int lanes = 0; lanes < kSumPairs; ++lanes) {
        for (int part = 0; part < kParts; ++part) {
          multiply_part(now, lanes, part);
          if (part < 4 && n > 0) add_products(last, lanes, part);
          const int quarter = part - (kParts - 4);
          const int row = kTurnRows * lanes + kTurnRows / 4 * quarter;
          if (quarter >= 0) unpack(next, row, row + kTurnRows / 4);
        }
      }
      if (n > 0 && last.g + 1 == n_groups) write(last.row);
      last = now;
      now = next;
    }
  }
};

// By tiles where inputs are arranged for them, kTokens tokens at a time, which read a block of
// weight rows from memory once.
template <class Unpacker, class Multiplier>
void multiply_several(const MatmulArgs& a) {
  if (!a.arranged) return multiply_generated_rows<Multiplier>(a);
  TileConfig config;
  config.row_bytes[4] = config.row_bytes[5] = 64 / Unpacker::kScales;
  config.rows[6] = config.rows[7] = kTile / Unpacker::kScales;
  static_assert(sizeof(TileScratch<Unpacker>) <= kTileScratchBytes);
  const TilesInUse tiles(config);
  const int n_groups = groups_of(a.n_in);
  const int block = a.n_rows > kTokens ? kBlockRows : a.row_end - a.row_begin;
  for (int row = a.row_begin; row < a.row_end; row += block) {
    for (int token = 0; token < a.n_rows; token += kTokens) {
      MatmulArgs part = a;
      part.row_begin = row;
      part.row_end = at_most(row + block, a.row_end);
      part.n_rows = at_most(a.n_rows - token, kTokens);
      part.packed += quant_groups_bytes(a.n_in, token);
      part.y += static_cast<size_t>(token) * a.y_stride;
      if (part.n_rows < kTiledTokens) {
        multiply_generated_rows<Multiplier>(part);
      } else {
        const auto* groups = reinterpret_cast<const TokenGroup*>(a.arranged);
        TokenTiles<Unpacker>{part, n_groups, groups + token / kTokens * n_groups,
                             *reinterpret_cast<TileScratch<Unpacker>*>(a.scratch)}
            .run();
      }
    }
  }
}
