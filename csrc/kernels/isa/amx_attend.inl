// Attention on matrix tiles, operands in bf16, but for caches of float32: who keeps those wants it
// exact. Keys are the left operand of the first product as they lie in the
// cache, queries in pairs of dimensions the right one, so that a lane of the scores is a query row
// and softmax reduces nothing across lanes. Weights are then turned over, less than keys or values
// would be, and are the left operand of the second product; values, in pairs of positions, are the
// right one.
#pragma once

#include "kernels/generic/attend_prompt.inl"
#include "kernels/isa/amx_tiles.inl"

constexpr int kStepValues = kKvBlock;  // dimensions or positions that a product of tiles adds up
constexpr int kBlockTiles = 2;  // tiles of query rows that share what is read of keys and values
static_assert(kAttendBlockRows == kBlockTiles * kTile && kAttendTileRows % kAttendBlockRows == 0);

// 16 rows of 32 values, or 16 pairs of values of 16 columns.
struct alignas(64) Operand {
  uint16_t v[kTile][kStepValues];
};

struct MatrixTile : TileRows {
  int steps = (args.head_dim + kStepValues - 1) / kStepValues;
  int stride = steps * kStepValues;
  // The chunk's keys, [tile of positions][steps], and values, [step of positions][tile of
  // dimensions].
  Operand* keys = reinterpret_cast<Operand*>(args.scratch);
  Operand* values = keys + kAttendChunk / kTile * steps;
  // Queries, [row tile][steps].
  Operand* q = values + kAttendChunk / kTile * steps;
  // Of the block of rows under way: scores, [row tile][position][kTile]; weights, [row tile][step
  // of positions], which take the scores' place from the front; weighted values, [row][stride].
  float* scores = reinterpret_cast<float*>(q + (kAttendTileRows / kTile + kBlockTiles) * steps);
  float* part = scores + kAttendChunk * kAttendBlockRows;
  float* centre = part + kAttendBlockRows * stride;  // [stride], of the page's keys
  bool has_overflow = false;                         // among the chunk's values

  float* row_scores(int row_tile) const { return scores + row_tile * kAttendChunk * kTile; }
  Operand* weights(int row_tile) const { return reinterpret_cast<Operand*>(row_scores(row_tile)); }
};

// Scores are powers of two: e^x = 2^(x log2 e).
template <class Kv>
inline void pack_queries(const MatrixTile& tile) {
  for (int t = 0; t * kTile < tile.n_rows; ++t) {
    copy_queries<Kv>(tile, t * kTile, tile.args.scale * 1.44269504f, tile.part, tile.stride);
    for (int s = 0; s < tile.steps; ++s) {
      F pairs[kTile];
      for (int i = 0; i < kTile; ++i) {
        const float* q = tile.part + i * tile.stride + s * kStepValues;
        pairs[i] = _mm512_castsi512_ps(to_bf16(load(q), load(q + kLanes)));
      }
      transpose(pairs);
      Operand& to = tile.q[t * tile.steps + s];
      for (int i = 0; i < kTile; ++i) store(reinterpret_cast<float*>(to.v[i]), pairs[i]);
    }
  }
}

inline int whole_steps(int n_positions) {
  return (n_positions + kStepValues - 1) / kStepValues * kStepValues;
}

// What is `distance` from a row of the cache: the next page's, which comes late if nobody asks for
// it before.
inline void prefetch_row(const uint8_t* row, int64_t distance, int bytes) {
  for (int i = 0; i < bytes; i += 64) prefetch_far(row + distance + i);
}

// A page's n keys; of the last step of positions those behind them too, whatever is there: nobody
// sees their scores.
template <class Kv>
inline void unpack_keys(const MatrixTile& tile, int first, const uint8_t* k, int n,
                        int64_t to_next) {
  const int head_dim = tile.args.head_dim;
  const auto row_bytes = static_cast<int>(kv_row_bytes(Kv::kType, head_dim));
  for (int i = first; i < first + whole_steps(n); ++i, k += row_bytes) {
    Operand* to = tile.keys + i / kTile * tile.steps;
    prefetch_row(k, to_next, row_bytes);
    for (int s = 0; s < tile.steps; ++s) {
      F key[kBlockVectors];
      Kv::load_block(k, s * kStepValues, head_dim, key);
      for (int v = 0; is_quantised(Kv::kType) && v < kBlockVectors; ++v) {
        key[v] = add(load(tile.centre + s * kStepValues + v * kLanes), key[v]);
      }
      _mm512_store_si512(to[s].v[i % kTile], to_bf16(key[0], key[1]));
    }
  }
}

// Scores of kStepValues positions for kTiles tiles of rows.
template <int kTiles>
inline void score_step(const MatrixTile& tile, int row, int first) {
  const Operand *q0 = tile.q + row / kTile * tile.steps, *q1 = q0 + tile.steps;
  const Operand *k0 = tile.keys + first / kTile * tile.steps, *k1 = k0 + tile.steps;
  _tile_zero(0);
  _tile_zero(2);
  if constexpr (kTiles > 1) {
    _tile_zero(1);
    _tile_zero(3);
  }
  for (int s = 0; s < tile.steps; ++s) {
    _tile_loadd(4, q0 + s, 64);
    _tile_loadd(6, k0 + s, 64);
    _tile_dpbf16ps(0, 6, 4);
    _tile_loadd(7, k1 + s, 64);
    _tile_dpbf16ps(2, 7, 4);
    if constexpr (kTiles > 1) {
      _tile_loadd(5, q1 + s, 64);
      _tile_dpbf16ps(1, 6, 5);
      _tile_dpbf16ps(3, 7, 5);
    }
  }
  float* scores = tile.row_scores(0) + first * kTile;
  _tile_stored(0, scores, 64);
  _tile_stored(2, scores + kTile * kTile, 64);
  if constexpr (kTiles > 1) {
    scores = tile.row_scores(1) + first * kTile;
    _tile_stored(1, scores, 64);
    _tile_stored(3, scores + kTile * kTile, 64);
  }
}

// The largest score so far of each of kTile rows; those that a row does not see become -infinity.
inline void take_largest(MatrixTile& tile, int row, float* scores, int first) {
  F largest[2] = {load(tile.largest + row), splat(-__builtin_inff())};
  if (tile.n_seen(row, first, kStepValues) == kStepValues) {
    for (int i = 0; i < kStepValues; i += 2) {
      for (int j = 0; j < 2; ++j) largest[j] = max(largest[j], load(scores + (i + j) * kTile));
    }
  } else {
    alignas(64) float visible[kTile];
    for (int i = 0; i < kTile; ++i)
      visible[i] = static_cast<float>(tile.n_visible(row + i) - first);
    const F limit = load(visible), hidden = splat(-__builtin_inff());
    for (int i = 0; i < kStepValues; ++i) {
      const F score = load(scores + i * kTile);
      const F seen = where_less(splat(static_cast<float>(i)), limit, score, hidden);
      store(scores + i * kTile, seen);
      largest[0] = max(largest[0], seen);
    }
  }
  store(tile.largest + row, max(largest[0], largest[1]));
}

// Scores of n positions; each step's are compared while tiles multiply the next one's.
template <int kTiles>
inline void score_rows(MatrixTile& tile, int row, int n) {
  for (int t = 0; t < kTiles; ++t) {
    store(tile.largest + row + t * kTile, splat(-__builtin_inff()));
  }
  auto compare = [&](int first) {
    for (int t = 0; t < kTiles; ++t) {
      take_largest(tile, row + t * kTile, tile.row_scores(t) + first * kTile, first);
    }
  };
  end_of_stores();
  for (int first = 0; first < n; first += kStepValues) {
    score_step<kTiles>(tile, row, first);
    if (first > 0) compare(first - kStepValues);
  }
  end_of_stores();
  compare((n - 1) / kStepValues * kStepValues);
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

// Scores of n positions become weights. Their total is that of the rounded ones.
inline void exponentiate_rows(MatrixTile& tile, int row, int row_tile, int n) {
  const F largest = load(tile.largest + row);
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
  store(tile.largest + row, mul(largest, splat(0.693147181f)));
  store(tile.total + row, total);
}

// A page's n values; zeros behind them.
template <class Kv>
inline void unpack_values(const MatrixTile& tile, int first, const uint8_t* v, int n,
                          int64_t to_next) {
  const int head_dim = tile.args.head_dim;
  const auto row_bytes = static_cast<int>(kv_row_bytes(Kv::kType, head_dim));
  for (int i = 0; i < whole_steps(n); i += 2, v += 2 * row_bytes) {
    Operand* to = tile.values + (first + i) / kStepValues * 2 * tile.steps;
    prefetch_row(v, to_next, 2 * row_bytes);
    for (int s = 0; s < tile.steps; ++s) {
      F even[kBlockVectors] = {splat(0.0f), splat(0.0f)}, odd[kBlockVectors] = {even[0], even[0]};
      if (i < n) Kv::load_block(v, s * kStepValues, head_dim, even);
      if (i + 1 < n) Kv::load_block(v + row_bytes, s * kStepValues, head_dim, odd);
      for (int half = 0; half < kBlockVectors; ++half) {
        _mm512_store_si512(to[2 * s + half].v[i % kStepValues / 2], pair_up(even[half], odd[half]));
      }
    }
  }
}

// The line of a pair of positions and 16 dimensions.
inline uint16_t* value_pairs(const MatrixTile& tile, int position, int dim_tile) {
  Operand* step = tile.values + position / kStepValues * 2 * tile.steps;
  return step[dim_tile].v[position % kStepValues / 2];
}

// Of the chunk's n positions, those that not all rows see may hold values that overflowed: a weight
// of zero would make NaN of them. The products take zeros for them.
inline void hide_overflow(MatrixTile& tile, int n) {
  const __m512i exponent = _mm512_set1_epi16(0x7f80);
  const int n_common = tile.n_seen(0, 0, n);
  tile.has_overflow = false;
  for (int i = n_common / 2 * 2; i < n; i += 2) {
    const __mmask32 hidden = i < n_common ? 0xaaaaaaaau : 0xffffffffu;
    for (int d = 0; d < 2 * tile.steps; ++d) {
      uint16_t* pairs = value_pairs(tile, i, d);
      const __m512i bits = _mm512_load_si512(pairs);
      const __mmask32 bad =
          _mm512_mask_cmpeq_epi16_mask(hidden, _mm512_and_si512(bits, exponent), exponent);
      _mm512_store_si512(pairs, _mm512_mask_mov_epi16(bits, bad, _mm512_setzero_si512()));
      tile.has_overflow |= bad != 0;
    }
  }
}

// Adds hidden values at a position of the chunk to the block's rows that see it.
template <class Kv>
inline void add_hidden(const MatrixTile& tile, int first_row, int n_rows, int position) {
  const AttendRows& a = tile.args;
  const uint8_t* page = tile.pages[(tile.begin + position) / kPagePositions];
  const uint8_t* v =
      page + a.v_offset +
      static_cast<size_t>(position % kPagePositions) * kv_row_bytes(Kv::kType, a.head_dim);
  for (int j = 0; j < a.head_dim; j += kKvBlock) {
    alignas(64) float values[kKvBlock];
    F block[kBlockVectors];
    Kv::load_block(v, j, a.head_dim, block);
    for (int i = 0; i < kBlockVectors; ++i) store(values + i * kLanes, block[i]);
    for (int d = 0; d < kKvBlock; ++d) {
      if (values[d] - values[d] == 0.0f) continue;
      for (int i = 0; i < n_rows; ++i) {
        if (tile.n_visible(first_row + i) <= position) continue;
        const Operand& weights = tile.weights(i / kTile)[position / kStepValues];
        tile.part[i * tile.stride + j + d] +=
            bf16_to_float(weights.v[i % kTile][position % kStepValues]) * values[d];
      }
    }
  }
}

// part = weights * values for kTiles tiles of rows and two of dimensions from dim_tile.
template <int kTiles>
inline void weigh_dims(const MatrixTile& tile, int dim_tile, int n_steps) {
  const Operand *w0 = tile.weights(0), *w1 = tile.weights(1);
  const Operand* v = tile.values + dim_tile;
  _tile_zero(0);
  _tile_zero(1);
  if constexpr (kTiles > 1) {
    _tile_zero(2);
    _tile_zero(3);
  }
  for (int s = 0; s < n_steps; ++s, v += 2 * tile.steps) {
    _tile_loadd(4, w0 + s, 64);
    _tile_loadd(6, v, 64);
    _tile_dpbf16ps(0, 4, 6);
    _tile_loadd(7, v + 1, 64);
    _tile_dpbf16ps(1, 4, 7);
    if constexpr (kTiles > 1) {
      _tile_loadd(5, w1 + s, 64);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
    }
  }
  const int bytes = tile.stride * 4;
  float* part = tile.part + dim_tile * kTile;
  _tile_stored(0, part, bytes);
  _tile_stored(1, part + kTile, bytes);
  if constexpr (kTiles > 1) {
    part += kTile * tile.stride;
    _tile_stored(2, part, bytes);
    _tile_stored(3, part + kTile, bytes);
  }
}

// The chunk's first n positions, all that any of the rows sees, for kTiles tiles of rows. fold(row,
// part) takes what the rows from there on add up to.
template <class Kv, int kTiles, class Fold>
inline void attend_block(MatrixTile& tile, int row, int n, Fold&& fold) {
  score_rows<kTiles>(tile, row, n);
  for (int t = 0; t < kTiles; ++t) exponentiate_rows(tile, row + t * kTile, t, n);
  end_of_stores();
  const int n_steps = (n + kStepValues - 1) / kStepValues;
  for (int d = 0; d < 2 * tile.steps; d += 2) weigh_dims<kTiles>(tile, d, n_steps);
  end_of_stores();
  const int n_rows = clamp(tile.n_rows - row, 0, kTiles * kTile);
  for (int i = tile.n_seen(0, 0, n); tile.has_overflow && i < n; ++i) {
    add_hidden<Kv>(tile, row, n_rows, i);
  }
  for (int t = 0; t < kTiles; ++t) {
    fold(row + t * kTile, tile.part + t * kTile * tile.stride);
  }
}

// Queries and results lie far apart in memory, where nothing foresees them.
inline void prefetch_rows(const MatrixTile& tile) {
  const AttendRows& a = tile.args;
  for (int row = 0; row < tile.n_rows; ++row) {
    for (int i = 0; i < a.head_dim; i += kLanes) {
      prefetch_far(reinterpret_cast<const uint8_t*>(a.q + tile.offset[row] + i));
      prefetch_far(reinterpret_cast<const uint8_t*>(a.out + tile.offset[row] + i));
    }
  }
}

// A page's n keys and values, which are positions of the chunk from `first`; `next` comes after it.
template <class Kv>
inline void unpack_page(const MatrixTile& tile, int first, int n, const uint8_t* page,
                        const uint8_t* next) {
  const AttendRows& a = tile.args;
  if constexpr (is_quantised(Kv::kType)) load_centre(a, page, tile.centre);
  unpack_keys<Kv>(tile, first, page + a.k_offset, n, next - page);
  unpack_values<Kv>(tile, first, page + a.v_offset, n, next - page);
}

// The chunk's first n positions, all that any of the rows sees.
template <class Kv, class Fold>
inline void attend_blocks(MatrixTile& tile, int n, Fold&& fold) {
  hide_overflow(tile, n);
  for (int row = 0; row < tile.n_rows; row += kAttendBlockRows) {
    const int n_seen = tile.n_seen(row + kAttendBlockRows - 1, 0, n);
    if (n_seen == 0) continue;
    if (tile.n_rows - row > kTile)
      attend_block<Kv, 2>(tile, row, n_seen, fold);
    else
      attend_block<Kv, 1>(tile, row, n_seen, fold);
  }
}

template <class Kv>
inline void attend_prompt_on_tiles(const AttendTileArgs& a) {
  RowStates states;
  states.add_prompt(a);
  MatrixTile tile = {TileRows(a, a.pages, states, 0, states.n_rows)};
  const TilesInUse tiles;
  prefetch_rows(tile);
  pack_queries<Kv>(tile);
  const int n_pages = pages_for(states.seen[states.n_rows - 1]);
  for_chunks(tile, [&](int n) {
    for (int first = 0; first < n; first += kPagePositions) {
      const int i = (tile.begin + first) / kPagePositions;
      unpack_page<Kv>(tile, first, clamp(n - first, 0, kPagePositions), a.pages[i],
                      a.pages[i + 1 < n_pages ? i + 1 : i]);
    }
    attend_blocks<Kv>(tile, n,
                      [&](int row, const float* part) { fold_rows(tile, row, part, tile.stride); });
  });
  finish_rows<Kv>(a, states, a.out);
}

// Rows [first, first + n), which share a page.
struct Visit {
  int page, first, n;
};

// What comes next from a row and page on, page by page; n is 0 if nothing does.
inline Visit find_visit(const AttendArgs& a, int page, int first, int n_pages) {
  for (; page < n_pages; ++page, first = 0) {
    for (; first < a.n_rows; ++first) {
      const AttendRow* row = a.rows + first;
      auto sees = [=](const AttendRow& r) { return r.n_positions > page * kPagePositions; };
      int n = 0;
      while (first + n < a.n_rows && sees(row[n]) && row[n].pages[page] == row->pages[page]) ++n;
      if (n > 0) return {page, first, n};
    }
  }
  return {n_pages, 0, 0};
}

// Of a page's chunk, for heads [first, first + kTile).
inline void keep_parts(const AttendArgs& a, const MatrixTile& tile, int first, const float* part) {
  for (int head = first; head < a.n_group && head < first + kTile; ++head, part += tile.stride) {
    keep_part(part_of(a, tile.begin / kPagePositions, head), {tile.largest[head], tile.total[head]},
              part, a.head_dim);
  }
}

// A page is a chunk of its own, so that it does not matter who shares it: it is unpacked once for
// all that do.
template <class Kv>
inline void attend_rows_on_tiles(const AttendArgs& a) {
  RowStates states;
  int n_most = 0;
  for (const AttendRow* row = a.rows; row < a.rows + a.n_rows; ++row) {
    n_most = row->n_positions > n_most ? row->n_positions : n_most;
    states.add_generated(a, *row);
  }
  const TilesInUse tiles;
  const int n_pages = pages_for(a.parts ? a.end : n_most);
  Visit packed = {};
  for (Visit now = find_visit(a, a.begin / kPagePositions, 0, n_pages), next; now.n > 0;
       now = next) {
    next = find_visit(a, now.page, now.first + now.n, n_pages);
    const Visit& prefetched = next.n > 0 ? next : now;
    const auto* pages = a.rows[now.first].pages;
    MatrixTile tile = {TileRows(a, pages, states, now.first * a.n_group, now.n * a.n_group)};
    tile.begin = now.page * kPagePositions;
    const int n = tile.n_seen(tile.n_rows - 1, 0, kPagePositions);
    if (now.first != packed.first || now.n != packed.n) pack_queries<Kv>(tile);
    packed = now;
    unpack_page<Kv>(tile, 0, n, pages[now.page], a.rows[prefetched.first].pages[prefetched.page]);
    attend_blocks<Kv>(tile, n, [&](int row, const float* part) {
      if (a.parts) {
        keep_parts(a, tile, row, part);
      } else {
        fold_rows(tile, row, part, tile.stride);
      }
    });
  }
  if (!a.parts) finish_rows<Kv>(a, states, a.out);
}

template <class Kv>
inline void fold_parts_on_tiles(const AttendArgs& a) {
  RowStates states;
  states.add_generated(a, *a.rows);
  TileRows tile(a, a.rows->pages, states, 0, states.n_rows);
  std::memset(tile.largest, 0, sizeof tile.largest);
  std::memset(tile.total, 0, sizeof tile.total);
  for (; tile.begin < a.rows->n_positions; tile.begin += kPagePositions) {
    const int page = tile.begin / kPagePositions;
    for (int head = 0; head < a.n_group; ++head) {
      const SoftmaxSum sum = sum_of_part(part_of(a, page, head), a.head_dim);
      tile.largest[head] = sum.largest;
      tile.total[head] = sum.total;
    }
    for (int head = 0; head < a.n_group; head += kLanes) {
      fold_rows(tile, head, part_of(a, page, head), attend_part_floats(a.head_dim));
    }
  }
  finish_rows<Kv>(a, states, a.out);
}

template <class Kv>
constexpr RowAttention kAttendRounded = {attend_rows_on_tiles<Kv>, fold_parts_on_tiles<Kv>,
                                         kPagePositions};
template <>
constexpr RowAttention kAttendRounded<SingleRows> = kAttend<SingleRows>;
template <class Kv>
constexpr auto kAttendTileRounded = attend_prompt_on_tiles<Kv>;
template <>
constexpr auto kAttendTileRounded<SingleRows> = attend_tile<SingleRows>;
