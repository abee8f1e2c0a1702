// Attention of a tile of prompt rows on matrix tiles, operands in bf16, for caches of halves: who
// keeps float32 wants it exact. Keys are the left operand of the first product as they lie in the
// cache, queries in pairs of dimensions the right one, so that a lane of the scores is a query row
// and softmax reduces nothing across lanes. Weights are then turned over, less than keys or values
// would be, and are the left operand of the second product; values, in pairs of positions, are the
// right one.
#pragma once

#include "kernels/generic/attend_prompt.inl"
#include "kernels/isa/amx_tiles.inl"

using Half = RealLoader<load_half, 2>;

constexpr int kStepValues = 32;  // dimensions or positions that a product of tiles adds up
constexpr int kRowTiles = kAttendTileRows / kTile;
constexpr int kKeyTiles = kPagePositions / kTile;

// 16 rows of 32 values, or 16 pairs of values of 16 columns.
struct alignas(64) Operand {
  uint16_t v[kTile][kStepValues];
};

struct MatrixTile : PromptRows {
  int steps = (args.head_dim + kStepValues - 1) / kStepValues;
  int stride = steps * kStepValues;
  // [row tile][position of the chunk][kTile]; weights, [row tile][step of positions], take their
  // place from the front.
  float* scores = args.scratch;
  Operand* q = reinterpret_cast<Operand*>(scores + kAttendChunk * kAttendTileRows);  // [][steps]
  // A page's keys, [key tile][steps], or values, [step of positions][tile of dimensions].
  Operand* page = q + kRowTiles * steps;
  float* part = reinterpret_cast<float*>(page + kKeyTiles * steps);  // [row][stride]

  float* row_scores(int row_tile) const { return scores + row_tile * kAttendChunk * kTile; }
  Operand* weights(int row_tile) const { return reinterpret_cast<Operand*>(row_scores(row_tile)); }
  int n_row_tiles() const { return (n_rows + kTile - 1) / kTile; }
  int n_seen_by_any(int row_tile, int first, int n) const {
    return n_seen(row_tile * kTile + kTile - 1, first, n);
  }
};

// Lanes [j, j + kLanes) of a row of n values; zeros behind them.
template <class Loader>
inline F load_lanes(const uint8_t* row, int j, int n) {
  return j < n ? Loader::load_first(row + j * Loader::kValueBytes, n - j) : splat(0.0f);
}

// Scores are powers of two: e^x = 2^(x log2 e).
inline void pack_queries(const MatrixTile& tile) {
  const AttendTileArgs& a = tile.args;
  const F scale = splat(a.scale * 1.44269504f);
  for (int first = 0; first < tile.n_rows; first += kTile) {
    for (int s = 0; s < tile.steps; ++s) {
      F pairs[kTile];
      for (int i = 0; i < kTile; ++i) {
        auto* row = reinterpret_cast<const uint8_t*>(a.q + tile.offset[tile.row_of(first + i)]);
        auto lanes = [&](int j) {
          return mul(load_lanes<RealLoader<load_single, 4>>(row, j, a.head_dim), scale);
        };
        pairs[i] =
            _mm512_castsi512_ps(to_bf16(lanes(s * kStepValues), lanes(s * kStepValues + kLanes)));
      }
      transpose(pairs);
      Operand& to = tile.q[first / kTile * tile.steps + s];
      for (int i = 0; i < kTile; ++i) store(reinterpret_cast<float*>(to.v[i]), pairs[i]);
    }
  }
}

// Calls body(step, load) for each step of dimensions: load(row, half) are 16 of its values.
template <class Body>
inline void for_steps(int head_dim, Body&& body) {
  constexpr int kBytes = kStepValues * Half::kValueBytes;
  int s = 0;
  for (; (s + 1) * kStepValues <= head_dim; ++s) {
    body(s, [s](const uint8_t* row, int half) {
      return Half::load(row + s * kBytes + half * kBytes / 2);
    });
  }
  if (s * kStepValues == head_dim) return;
  body(s, [s, head_dim](const uint8_t* row, int half) {
    return load_lanes<Half>(row, s * kStepValues + half * kLanes, head_dim);
  });
}

// Keys behind the last are unpacked too, whatever is there: nobody sees their scores.
inline void unpack_keys(const MatrixTile& tile, const uint8_t* k) {
  const int head_dim = tile.args.head_dim;
  for (int i = 0; i < kPagePositions; ++i, k += head_dim * Half::kValueBytes) {
    Operand* to = tile.page + i / kTile * tile.steps;
    for_steps(head_dim, [=](int s, auto&& load) {
      _mm512_store_si512(to[s].v[i % kTile], to_bf16(load(k, 0), load(k, 1)));
    });
  }
}

// A page's scores for a tile of rows.
inline void score_page(const MatrixTile& tile, int row_tile, int first) {
  const Operand* q = tile.q + row_tile * tile.steps;
  const Operand *k0 = tile.page, *k1 = k0 + tile.steps, *k2 = k1 + tile.steps,
                *k3 = k2 + tile.steps;
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  for (int s = 0; s < tile.steps; ++s) {
    _tile_loadd(4, q + s, 64);
    _tile_loadd(5, k0 + s, 64);
    _tile_dpbf16ps(0, 5, 4);
    _tile_loadd(6, k1 + s, 64);
    _tile_dpbf16ps(1, 6, 4);
    _tile_loadd(7, k2 + s, 64);
    _tile_dpbf16ps(2, 7, 4);
    _tile_loadd(5, k3 + s, 64);
    _tile_dpbf16ps(3, 5, 4);
  }
  float* scores = tile.row_scores(row_tile) + first * kTile;
  _tile_stored(0, scores, 64);
  _tile_stored(1, scores + kTile * kTile, 64);
  _tile_stored(2, scores + 2 * kTile * kTile, 64);
  _tile_stored(3, scores + 3 * kTile * kTile, 64);
}

// The largest score of each row so far; those that a row does not see become -infinity.
inline void take_largest(MatrixTile& tile, int row_tile, int first) {
  float* scores = tile.row_scores(row_tile) + first * kTile;
  const int row = row_tile * kTile;
  F largest[2] = {load(tile.largest + row), splat(-__builtin_inff())};
  if (tile.n_seen(row, first, kPagePositions) == kPagePositions) {
    for (int i = 0; i < kPagePositions; i += 2) {
      for (int j = 0; j < 2; ++j) largest[j] = max(largest[j], load(scores + (i + j) * kTile));
    }
  } else {
    alignas(64) float visible[kTile];
    for (int i = 0; i < kTile; ++i)
      visible[i] = static_cast<float>(tile.n_visible(row + i) - first);
    const F limit = load(visible), hidden = splat(-__builtin_inff());
    for (int i = 0; i < kPagePositions; ++i) {
      const F score = load(scores + i * kTile);
      const F seen = where_less(splat(static_cast<float>(i)), limit, score, hidden);
      store(scores + i * kTile, seen);
      largest[0] = max(largest[0], seen);
    }
  }
  store(tile.largest + row, max(largest[0], largest[1]));
}

inline void score_chunk(MatrixTile& tile, int n) {
  const AttendTileArgs& a = tile.args;
  for (int row = 0; row < kAttendTileRows; row += kLanes) {
    store(tile.largest + row, splat(-__builtin_inff()));
  }
  for (int first = 0; first < n; first += kPagePositions) {
    unpack_keys(tile, a.pages[(tile.begin + first) / kPagePositions] + a.k_offset);
    end_of_stores();
    for (int row_tile = 0; row_tile < tile.n_row_tiles(); ++row_tile) {
      if (tile.n_seen_by_any(row_tile, first, n) == 0) continue;
      score_page(tile, row_tile, first);
      take_largest(tile, row_tile, first);
    }
  }
}

// 2^x for x <= 0, to 3e-6 of it: a polynomial for the fraction. What no normal float holds is zero,
// and left out: instructions that underflow take a hundred times as long.
inline F power_of_two(F x) {
  const F fraction = _mm512_reduce_ps(x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
  F p = splat(0.01353417f);
  p = fma(p, fraction, splat(0.05201146f));
  p = fma(p, fraction, splat(0.24144276f));
  p = fma(p, fraction, splat(0.69300383f));
  p = fma(p, fraction, splat(1.00000259f));
  const __mmask16 normal = _mm512_cmp_ps_mask(x, splat(-126.0f), _CMP_NLT_UQ);  // NaN stays NaN
  return _mm512_maskz_scalef_ps(normal, p, x);
}

// Scores of the n positions that any row of a tile sees become weights. Their total is that of the
// rounded ones.
inline void exponentiate_rows(MatrixTile& tile, int row_tile, int n) {
  const F largest = load(tile.largest + row_tile * kTile);
  const auto one = reinterpret_cast<__m512bh>(_mm512_set1_epi16(0x3f80));
  F total = splat(0.0f);
  for (int s = 0; s * kStepValues < n; ++s) {
    const float* scores = tile.row_scores(row_tile) + s * kStepValues * kTile;
    F pairs[kTile];
    for (int i = 0; i < kTile; ++i) {
      const __m512i pair = pair_up(power_of_two(sub(load(scores + 2 * i * kTile), largest)),
                                   power_of_two(sub(load(scores + (2 * i + 1) * kTile), largest)));
      total = _mm512_dpbf16_ps(total, reinterpret_cast<__m512bh>(pair), one);
      pairs[i] = _mm512_castsi512_ps(pair);
    }
    transpose(pairs);
    Operand& to = tile.weights(row_tile)[s];
    for (int i = 0; i < kTile; ++i) store(reinterpret_cast<float*>(to.v[i]), pairs[i]);
  }
  store(tile.largest + row_tile * kTile, mul(largest, splat(0.693147181f)));
  store(tile.total + row_tile * kTile, total);
}

// Zeros behind the page's n values.
inline void unpack_values(const MatrixTile& tile, const uint8_t* v, int n) {
  const int head_dim = tile.args.head_dim, row_bytes = head_dim * Half::kValueBytes;
  for (int i = 0; i < kPagePositions; i += 2, v += 2 * row_bytes) {
    Operand* to = tile.page + i / kStepValues * 2 * tile.steps;
    for_steps(head_dim, [=](int s, auto&& load) {
      for (int half = 0; half < 2; ++half) {
        const F first = i < n ? load(v, half) : splat(0.0f);
        const F second = i + 1 < n ? load(v + row_bytes, half) : splat(0.0f);
        _mm512_store_si512(to[2 * s + half].v[i % kStepValues / 2], pair_up(first, second));
      }
    });
  }
}

// Adds a value at a position of the chunk to the rows that see it.
inline void add_value(const MatrixTile& tile, int position, int dim, float value) {
  for (int row = 0; row < tile.n_rows; ++row) {
    if (tile.n_visible(row) <= position) continue;
    const Operand& weights = tile.weights(row / kTile)[position / kStepValues];
    tile.part[row * tile.stride + dim] +=
        bf16_to_float(weights.v[row % kTile][position % kStepValues]) * value;
  }
}

// Of the page's n positions, those that not all rows see may hold values that overflowed: a weight
// of zero would make NaN of them. The products take zeros for them.
inline void add_overflow(const MatrixTile& tile, int first, int n) {
  const __m512i exponent = _mm512_set1_epi16(0x7f80);
  const int n_common = tile.n_seen(0, first, n);
  for (int i = n_common / 2 * 2; i < n; i += 2) {
    for (int d = 0; d < 2 * tile.steps; ++d) {
      uint16_t* pairs = tile.page[i / kStepValues * 2 * tile.steps + d].v[i % kStepValues / 2];
      const __m512i bits = _mm512_and_si512(_mm512_load_si512(pairs), exponent);
      const __mmask32 bad = _mm512_cmpeq_epi16_mask(bits, exponent);
      for (int j = 0; bad != 0 && j < kStepValues; ++j) {
        if (!(bad >> j & 1) || i + j % 2 < n_common) continue;
        add_value(tile, first + i + j % 2, d * kLanes + j / 2, bf16_to_float(pairs[j]));
        pairs[j] = 0;
      }
    }
  }
}

// part += weights * values of a page for a tile of rows and kTiles tiles of dimensions from d.
template <int kTiles>
inline void weigh_tiles(const MatrixTile& tile, int row_tile, int d, const Operand* weights,
                        int n_steps) {
  const int bytes = tile.stride * 4;
  float* part = tile.part + row_tile * kTile * tile.stride + d * kTile;
  _tile_loadd(0, part, bytes);
  _tile_loadd(1, part + kTile, bytes);
  if constexpr (kTiles > 2) {
    _tile_loadd(2, part + 2 * kTile, bytes);
    _tile_loadd(3, part + 3 * kTile, bytes);
  }
  for (int s = 0; s < n_steps; ++s) {
    const Operand* values = tile.page + s * 2 * tile.steps + d;
    _tile_loadd(4, weights + s, 64);
    _tile_loadd(5, values, 64);
    _tile_dpbf16ps(0, 4, 5);
    _tile_loadd(6, values + 1, 64);
    _tile_dpbf16ps(1, 4, 6);
    if constexpr (kTiles > 2) {
      _tile_loadd(7, values + 2, 64);
      _tile_dpbf16ps(2, 4, 7);
      _tile_loadd(5, values + 3, 64);
      _tile_dpbf16ps(3, 4, 5);
    }
  }
  _tile_stored(0, part, bytes);
  _tile_stored(1, part + kTile, bytes);
  if constexpr (kTiles > 2) {
    _tile_stored(2, part + 2 * kTile, bytes);
    _tile_stored(3, part + 3 * kTile, bytes);
  }
}

// The same for all dimensions; n positions of the page.
inline void weigh_page(const MatrixTile& tile, int row_tile, int first, int n) {
  const Operand* weights = tile.weights(row_tile) + first / kStepValues;
  const int n_steps = (n + kStepValues - 1) / kStepValues;
  int d = 0;
  for (; d + 4 <= 2 * tile.steps; d += 4) weigh_tiles<4>(tile, row_tile, d, weights, n_steps);
  if (d < 2 * tile.steps) weigh_tiles<2>(tile, row_tile, d, weights, n_steps);
}

inline void weigh_chunk(const MatrixTile& tile, int n) {
  const AttendTileArgs& a = tile.args;
  std::memset(tile.part, 0,
              sizeof(float) * static_cast<size_t>(tile.n_row_tiles() * kTile * tile.stride));
  for (int first = 0; first < n; first += kPagePositions) {
    const int n_here = clamp(n - first, 0, kPagePositions);
    unpack_values(tile, a.pages[(tile.begin + first) / kPagePositions] + a.v_offset, n_here);
    add_overflow(tile, first, n_here);
    end_of_stores();
    for (int row_tile = 0; row_tile < tile.n_row_tiles(); ++row_tile) {
      const int n_seen = tile.n_seen_by_any(row_tile, first, n_here);
      if (n_seen > 0) weigh_page(tile, row_tile, first, n_seen);
    }
  }
}

inline void attend_on_tiles(const AttendTileArgs& a) {
  MatrixTile tile = {PromptRows(a)};
  const TilesInUse tiles;
  pack_queries(tile);
  for_chunks(tile, [&](int n) {
    score_chunk(tile, n);
    for (int row_tile = 0; row_tile < tile.n_row_tiles(); ++row_tile) {
      exponentiate_rows(tile, row_tile, tile.n_seen_by_any(row_tile, 0, n));
    }
    weigh_chunk(tile, n);
    for (int row = 0; row < tile.n_rows; row += kTile) {
      fold_rows(tile, row, tile.part + row * tile.stride, tile.stride);
    }
  });
}

template <>
constexpr auto kAttendRounded<Half> = attend_on_tiles;
