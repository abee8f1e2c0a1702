// Attention of a tile of prompt rows over a paged cache. A lane is a query row: keys and values are
// broadcast as they lie in the cache, nothing is reduced across lanes, and the two products are one
// kernel. A row's sums run over its dimensions, then over its positions, in order; what other rows
// of the tile see behind its own position is masked, whatever is there.
#pragma once

#include "kernels/generic/tile_rows.inl"

constexpr int kGroupRows = kAttendVectors * kLanes;  // rows whose sums are kept in registers
constexpr int kGroups = kAttendTileRows / kGroupRows;
static_assert(kAttendTileRows % kGroupRows == 0 && kLanes % kAttendValues == 0 &&
              kPagePositions % kAttendValues == 0);

struct PromptTile : TileRows {
  int dims = (args.head_dim + kKvBlock - 1) / kKvBlock * kKvBlock;  // whole blocks
  int value_stride = dims + 16;  // no power of two: rows would share few of the cache's sets
  float* scores = args.scratch;  // [group][position of the chunk][kGroupRows], then weights
  float* q = scores + kAttendChunk * kAttendTileRows;    // [group][dims][kGroupRows], scaled
  float* part = q + kAttendTileRows * dims;              // the same: weighted values of the chunk
  float* values = part + kAttendTileRows * dims;         // keys or values in float32
  float* rows = values + kPagePositions * value_stride;  // [kLanes][dims]: rows of part
  float* centre = rows + kLanes * dims;                  // [dims], of a page's keys
  alignas(64) float visible[kAttendTileRows] = {};       // n_visible of the chunk under way

  // Of `n` positions of the chunk from `first`, those that all rows of a group see, or any.
  int n_common(int group, int first, int n) const { return n_seen(group * kGroupRows, first, n); }
  int n_any(int group, int first, int n) const {
    return n_seen((group + 1) * kGroupRows - 1, first, n);
  }
  int n_vectors(int group) const {
    return clamp((n_rows - group * kGroupRows + kLanes - 1) / kLanes, 0, kAttendVectors);
  }
};

// Calls body<n>() for n vectors of rows, or not at all.
template <int kVectors = kAttendVectors, class Body>
inline void with_vectors(int n, Body&& body) {
  if constexpr (kVectors > 0) {
    if (n < kVectors) return with_vectors<kVectors - 1>(n, body);
    body.template operator()<kVectors>();
  }
}

// acc[b] += sum over i < n of values[b, i] * x[i], a vector of rows each: values lie one after
// another by b, and `stride` apart by i, or the other way round.
enum class Along { b, i };
template <Along kAlong, int kVectors>
inline void multiply_values(const float* values, int stride, const float* x, int n,
                            F (&acc)[kAttendValues][kVectors]) {
  const int b_stride = kAlong == Along::b ? 1 : stride;
  const int i_stride = kAlong == Along::b ? stride : 1;
#pragma GCC unroll 2
  for (int i = 0; i < n; ++i, x += kGroupRows, values += i_stride) {
    F rows[kVectors];
    for (int v = 0; v < kVectors; ++v) rows[v] = load(x + v * kLanes);
    for (int b = 0; b < kAttendValues; ++b) {
      const F value = splat(values[b * b_stride]);
      for (int v = 0; v < kVectors; ++v) acc[b][v] = fma(value, rows[v], acc[b][v]);
    }
  }
}

// The same along b for n positions from `first`, each for the rows with more visible positions.
template <int kVectors>
inline void multiply_visible(const float* values, int stride, const float* x, int n, int first,
                             const float* visible, F (&acc)[kAttendValues][kVectors]) {
  for (int i = 0; i < n; ++i, x += kGroupRows, values += stride) {
    const F position = splat(static_cast<float>(first + i));
    for (int v = 0; v < kVectors; ++v) {
      const F row = load(x + v * kLanes), limit = load(visible + v * kLanes);
      for (int b = 0; b < kAttendValues; ++b) {
        const F sum = fma(splat(values[b]), row, acc[b][v]);
        acc[b][v] = where_less(position, limit, sum, acc[b][v]);
      }
    }
  }
}

// A row of the cache, plus `centre` if there is one.
template <class Kv>
inline void convert_row(const uint8_t* from, int head_dim, const float* centre, float* to) {
  for (int j = 0; j < head_dim; j += kKvBlock) {
    F v[kBlockVectors];
    Kv::load_block(from, j, head_dim, v);
    for (int i = 0; i < kBlockVectors; ++i) {
      const int at = j + i * kLanes;
      store(to + at, centre ? add(load(centre + at), v[i]) : v[i]);
    }
  }
}

// Rows become lanes.
template <class Kv>
inline void pack_queries(const PromptTile& tile) {
  for (int first = 0; first < tile.n_rows; first += kLanes) {
    float* q = tile.q + first / kGroupRows * kGroupRows * tile.dims + first % kGroupRows;
    copy_queries<Kv>(tile, first, tile.args.scale, tile.rows, tile.dims);
    for (int j = 0; j < tile.dims; j += kLanes) {
      F block[kLanes];
      for (int i = 0; i < kLanes; ++i) block[i] = load(tile.rows + i * tile.dims + j);
      transpose(block);
      for (int i = 0; i < kLanes; ++i) store(q + (j + i) * kGroupRows, block[i]);
    }
  }
}

// scores = q . k of the chunk's n positions.
template <class Kv>
inline void score_chunk(const PromptTile& tile, int n) {
  const AttendRows& a = tile.args;
  const size_t row_bytes = kv_row_bytes(Kv::kType, a.head_dim);
  for (int first = 0; first < n; first += kAttendValues) {
    const int position = tile.begin + first;
    const uint8_t* page = tile.pages[position / kPagePositions];
    const uint8_t* k =
        page + a.k_offset + static_cast<size_t>(position % kPagePositions) * row_bytes;
    const float* centre = is_quantised(Kv::kType) ? tile.centre : nullptr;
    if (centre && position % kPagePositions == 0) load_centre(a, page, tile.centre);
    for (int b = 0; b < kAttendValues; ++b) {  // the last key takes the place of those after it
      convert_row<Kv>(k + static_cast<size_t>(clamp(b, 0, n - 1 - first)) * row_bytes, a.head_dim,
                      centre, tile.values + b * tile.value_stride);
    }
    for (int group = 0; group < kGroups; ++group) {
      if (tile.n_any(group, first, 1) == 0) continue;
      with_vectors(tile.n_vectors(group), [&]<int kVectors>() {
        F acc[kAttendValues][kVectors];
        for (auto& key : acc) {
          for (F& score : key) score = splat(0.0f);
        }
        multiply_values<Along::i>(tile.values, tile.value_stride,
                                  tile.q + group * kGroupRows * tile.dims, a.head_dim, acc);
        float* scores = tile.scores + (group * kAttendChunk + first) * kGroupRows;
        for (int b = 0; b < kAttendValues; ++b) {
          for (int v = 0; v < kVectors; ++v) {
            store(scores + b * kGroupRows + v * kLanes, acc[b][v]);
          }
        }
      });
    }
  }
}

// scores = exp(scores - largest) for the n positions of the chunk that rows [row, row + kLanes) or
// others of their group see.
inline void exponentiate_rows(PromptTile& tile, int row, int n) {
  float* scores = tile.scores + row / kGroupRows * kAttendChunk * kGroupRows + row % kGroupRows;
  const F visible = load(tile.visible + row);
  auto seen = [visible](int i, F x, float hidden) {
    return where_less(splat(static_cast<float>(i)), visible, x, splat(hidden));
  };
  F largest = splat(-__builtin_inff());
  for (int i = 0; i < n; ++i) {
    largest = max(largest, seen(i, load(scores + i * kGroupRows), -__builtin_inff()));
  }
  F total = splat(0.0f);
  for (int i = 0; i < n; ++i) {
    const F e = exp_lanes(sub(load(scores + i * kGroupRows), largest));
    store(scores + i * kGroupRows, e);
    total = add(total, seen(i, e, 0.0f));
  }
  store(tile.largest + row, largest);
  store(tile.total + row, total);
}

// part (+)= sum of weights * v over n positions of the chunk from `first`, a page's.
template <int kVectors>
inline void weigh_page(const PromptTile& tile, int group, int first, int n) {
  const int n_common = tile.n_common(group, first, n), n_any = tile.n_any(group, first, n);
  const float* weights = tile.scores + (group * kAttendChunk + first) * kGroupRows;
  for (int d = 0; d < tile.dims; d += kAttendValues) {
    float* part = tile.part + (group * tile.dims + d) * kGroupRows;
    const float* values = tile.values + d;
    F acc[kAttendValues][kVectors];
    for (int b = 0; b < kAttendValues; ++b) {
      for (int v = 0; v < kVectors; ++v) {
        acc[b][v] = first == 0 ? splat(0.0f) : load(part + b * kGroupRows + v * kLanes);
      }
    }
    multiply_values<Along::b>(values, tile.value_stride, weights, n_common, acc);
    multiply_visible(values + n_common * tile.value_stride, tile.value_stride,
                     weights + n_common * kGroupRows, n_any - n_common, first + n_common,
                     tile.visible + group * kGroupRows, acc);
    for (int b = 0; b < kAttendValues; ++b) {
      for (int v = 0; v < kVectors; ++v) store(part + b * kGroupRows + v * kLanes, acc[b][v]);
    }
  }
}

// part = sum of weights * v over the chunk's n positions.
template <class Kv>
inline void weigh_chunk(const PromptTile& tile, int n) {
  const AttendRows& a = tile.args;
  const size_t row_bytes = kv_row_bytes(Kv::kType, a.head_dim);
  for (int first = 0; first < n; first += kPagePositions) {
    const uint8_t* v = tile.pages[(tile.begin + first) / kPagePositions] + a.v_offset;
    const int n_here = clamp(n - first, 0, kPagePositions);
    for (int i = 0; i < n_here; ++i) {
      convert_row<Kv>(v + static_cast<size_t>(i) * row_bytes, a.head_dim, nullptr,
                      tile.values + i * tile.value_stride);
    }
    for (int group = 0; group < kGroups; ++group) {
      with_vectors(tile.n_vectors(group),
                   [&]<int kVectors>() { weigh_page<kVectors>(tile, group, first, n_here); });
    }
  }
}

// Adds the chunk to the results of rows [first, first + kLanes).
inline void fold_lanes(PromptTile& tile, int first) {
  const float* part = tile.part + first / kGroupRows * kGroupRows * tile.dims + first % kGroupRows;
  for (int j = 0; j < tile.dims; j += kLanes) {
    F block[kLanes];
    for (int i = 0; i < kLanes; ++i) block[i] = load(part + (j + i) * kGroupRows);
    transpose(block);
    for (int i = 0; i < kLanes; ++i) store(tile.rows + i * tile.dims + j, block[i]);
  }
  fold_rows(tile, first, tile.rows, tile.dims);
}

template <class Kv>
void attend_tile(const AttendTileArgs& a) {
  RowStates states;
  states.add_prompt(a);
  PromptTile tile = {TileRows(a, a.pages, states, 0, states.n_rows)};
  pack_queries<Kv>(tile);
  for_chunks(tile, [&](int n) {
    for (int lane = 0; lane < kAttendTileRows; ++lane) {
      tile.visible[lane] = static_cast<float>(tile.n_visible(lane));
    }
    score_chunk<Kv>(tile, n);
    for (int row = 0; row < tile.n_rows; row += kLanes) {
      exponentiate_rows(tile, row, tile.n_any(row / kGroupRows, 0, n));
    }
    weigh_chunk<Kv>(tile, n);
    for (int row = 0; row < tile.n_rows; row += kLanes) fold_lanes(tile, row);
  });
  finish_rows<Kv>(a, states, a.out);
}
