// Attention of a tile of prompt rows over a paged cache. A lane is a query row: keys and values are
// broadcast as they lie in the cache, nothing is reduced across lanes, and the two products are one
// kernel. A row's sums run over its dimensions, then over its positions, in order: positions that
// other rows of the tile see and it does not weigh exactly zero, behind its own.
#pragma once

#include "kernels/generic/attend.inl"

constexpr int kGroupRows = kAttendVectors * kLanes;  // rows whose sums are kept in registers
constexpr int kGroups = kAttendTileRows / kGroupRows;
static_assert(kAttendTileRows % kGroupRows == 0 && kLanes % kAttendValues == 0 &&
              kPagePositions % kAttendValues == 0);

struct PromptTile {
  const AttendTileArgs& args;
  int n_rows = args.row_end - args.row_begin;
  int n_positions = n_visible(n_rows - 1);                    // that the last row sees
  int dims = (args.head_dim + kLanes - 1) / kLanes * kLanes;  // whole vectors
  int value_stride = dims + 16;  // no power of two: rows would share few of the cache's sets
  float* scores = args.scratch;  // [group][position of the chunk][kGroupRows], then weights
  float* q = scores + kAttendChunk * kAttendTileRows;    // [group][dims][kGroupRows], scaled
  float* part = q + kAttendTileRows * dims;              // the same: weighted values of a chunk
  float* values = part + kAttendTileRows * dims;         // keys or values in float32
  float* rows = values + kPagePositions * value_stride;  // [kLanes][dims]: rows of part
  alignas(64) float visible[kAttendTileRows] = {};       // positions that each row sees
  alignas(64) float largest[kAttendTileRows] = {};       // of the chunk, and below
  alignas(64) float total[kAttendTileRows] = {};
  SoftmaxSum sums[kAttendTileRows] = {};

  // Where a row stands in q and out.
  size_t at(int row) const {
    const int i = args.row_begin + row;
    return static_cast<size_t>(i / args.n_group) * args.stride +
           static_cast<size_t>(i % args.n_group * args.head_dim);
  }
  // Lanes without a row repeat the last.
  int row_of(int lane) const { return lane < n_rows ? lane : n_rows - 1; }
  int n_visible(int lane) const {
    return args.position + (args.row_begin + row_of(lane)) / args.n_group + 1;
  }
  // Positions that any row of a group sees.
  int n_group_visible(int group) const { return n_visible((group + 1) * kGroupRows - 1); }
  int n_vectors(int group) const {
    const int n = (n_rows - group * kGroupRows + kLanes - 1) / kLanes;
    return n < kAttendVectors ? n : kAttendVectors;
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

template <class Kv>
inline void convert_row(const uint8_t* from, int head_dim, float* to) {
  for (int j = 0; j < head_dim; j += kLanes) {
    store(to + j, Kv::load_first(from + j * Kv::kValueBytes, head_dim - j));
  }
}

// Rows become lanes.
inline void pack_queries(const PromptTile& tile) {
  const AttendTileArgs& a = tile.args;
  const F scale = splat(a.scale);
  for (int first = 0; first < tile.n_rows; first += kLanes) {
    float* q = tile.q + first / kGroupRows * kGroupRows * tile.dims + first % kGroupRows;
    for (int j = 0; j < a.head_dim; j += kLanes) {
      F block[kLanes];
      for (int i = 0; i < kLanes; ++i) {
        block[i] =
            mul(load_first(a.q + tile.at(tile.row_of(first + i)) + j, a.head_dim - j), scale);
      }
      transpose(block);
      for (int i = 0; i < kLanes; ++i) store(q + (j + i) * kGroupRows, block[i]);
    }
  }
}

// scores = q . k of positions [begin, begin + n), of one chunk.
template <class Kv>
inline void score_chunk(const PromptTile& tile, int begin, int n) {
  const AttendTileArgs& a = tile.args;
  const size_t row_bytes = static_cast<size_t>(a.head_dim) * Kv::kValueBytes;
  for (int i = 0; i < n; i += kAttendValues) {
    const int position = begin + i;
    const uint8_t* k = a.pages[position / kPagePositions] + a.k_offset;
    for (int b = 0; b < kAttendValues; ++b) {  // the last key takes the place of those after it
      const int key = position + (i + b < n ? b : n - 1 - i);
      convert_row<Kv>(k + static_cast<size_t>(key % kPagePositions) * row_bytes, a.head_dim,
                      tile.values + b * tile.value_stride);
    }
    for (int group = 0; group < kGroups; ++group) {
      if (position >= tile.n_group_visible(group)) continue;
      with_vectors(tile.n_vectors(group), [&]<int kVectors>() {
        F acc[kAttendValues][kVectors];
        for (auto& key : acc) {
          for (F& score : key) score = splat(0.0f);
        }
        multiply_values<Along::i>(tile.values, tile.value_stride,
                                  tile.q + group * kGroupRows * tile.dims, a.head_dim, acc);
        float* scores = tile.scores + (group * kAttendChunk + i) * kGroupRows;
        for (int b = 0; b < kAttendValues; ++b) {
          for (int v = 0; v < kVectors; ++v) {
            store(scores + b * kGroupRows + v * kLanes, acc[b][v]);
          }
        }
      });
    }
  }
}

// scores = exp(scores - largest) for the n positions from `begin` that rows [row, row + kLanes) or
// others of their group see; a position that a row does not see weighs zero.
inline void exponentiate_rows(PromptTile& tile, int row, int begin, int n) {
  constexpr float kHidden = 1e30f;
  float* scores = tile.scores + row / kGroupRows * kAttendChunk * kGroupRows + row % kGroupRows;
  const int n_seen_by_all = tile.n_visible(row) - begin;
  const F visible = sub(load(tile.visible + row), splat(static_cast<float>(begin)));
  const F zero = splat(0.0f), one = splat(1.0f);
  auto seen = [&](int i) {  // 1 or 0
    return max(min(sub(visible, splat(static_cast<float>(i))), one), zero);
  };
  F largest = splat(-__builtin_inff());
  for (int i = 0; i < n; ++i) {
    F score = load(scores + i * kGroupRows);
    if (i >= n_seen_by_all) score = fma(sub(seen(i), one), splat(kHidden), score);
    largest = max(largest, score);
  }
  F total = zero;
  for (int i = 0; i < n; ++i) {
    F e = exp_lanes(sub(load(scores + i * kGroupRows), largest));
    if (i >= n_seen_by_all) e = mul(e, seen(i));
    store(scores + i * kGroupRows, e);
    total = add(total, e);
  }
  store(tile.largest + row, largest);
  store(tile.total + row, total);
}

// part = sum of weights * v over positions [begin, begin + n), of one chunk.
template <class Kv>
inline void weigh_chunk(const PromptTile& tile, int begin, int n) {
  const AttendTileArgs& a = tile.args;
  const size_t row_bytes = static_cast<size_t>(a.head_dim) * Kv::kValueBytes;
  std::memset(tile.part, 0, sizeof(float) * static_cast<size_t>(kAttendTileRows * tile.dims));
  for (int i = 0; i < n; i += kPagePositions) {
    const uint8_t* v = a.pages[(begin + i) / kPagePositions] + a.v_offset;
    const int n_here = n - i < kPagePositions ? n - i : kPagePositions;
    for (int k = 0; k < n_here; ++k) {
      convert_row<Kv>(v + static_cast<size_t>(k) * row_bytes, a.head_dim,
                      tile.values + k * tile.value_stride);
    }
    for (int group = 0; group < kGroups; ++group) {
      const int n_left = tile.n_group_visible(group) - begin - i;
      const float* weights = tile.scores + (group * kAttendChunk + i) * kGroupRows;
      with_vectors(tile.n_vectors(group), [&]<int kVectors>() {
        for (int d = 0; d < tile.dims; d += kAttendValues) {
          float* part = tile.part + (group * tile.dims + d) * kGroupRows;
          F acc[kAttendValues][kVectors];
          for (int b = 0; b < kAttendValues; ++b) {
            for (int r = 0; r < kVectors; ++r) acc[b][r] = load(part + b * kGroupRows + r * kLanes);
          }
          multiply_values<Along::b>(tile.values + d, tile.value_stride, weights,
                                    n_left < n_here ? n_left : n_here, acc);
          for (int b = 0; b < kAttendValues; ++b) {
            for (int r = 0; r < kVectors; ++r) store(part + b * kGroupRows + r * kLanes, acc[b][r]);
          }
        }
      });
    }
  }
}

// Adds the chunk of positions from `begin` to the results of rows [first, first + kLanes).
inline void fold_rows(PromptTile& tile, int first, int begin) {
  const AttendTileArgs& a = tile.args;
  const float* part = tile.part + first / kGroupRows * kGroupRows * tile.dims + first % kGroupRows;
  for (int j = 0; j < tile.dims; j += kLanes) {
    F block[kLanes];
    // A sum of -0 became +0 if zeros followed it: it is +0 in either case.
    for (int i = 0; i < kLanes; ++i) {
      block[i] = add(load(part + (j + i) * kGroupRows), splat(0.0f));
    }
    transpose(block);
    for (int i = 0; i < kLanes; ++i) store(tile.rows + i * tile.dims + j, block[i]);
  }
  for (int row = first; row < first + kLanes && row < tile.n_rows; ++row) {
    if (tile.n_visible(row) <= begin) continue;
    fold_chunk(&tile.sums[row], a.out + tile.at(row), {tile.largest[row], tile.total[row]},
               tile.rows + (row - first) * tile.dims, a.head_dim);
  }
}

template <class Kv>
void attend_tile(const AttendTileArgs& a) {
  PromptTile tile = {a};
  for (int row = 0; row < kAttendTileRows; ++row) {
    tile.visible[row] = static_cast<float>(tile.n_visible(row));
  }
  for (int row = 0; row < tile.n_rows; ++row) {
    tile.sums[row] = {-__builtin_inff(), 0.0f};
    std::memset(a.out + tile.at(row), 0, static_cast<size_t>(a.head_dim) * sizeof(float));
  }
  pack_queries(tile);
  for (int begin = 0; begin < tile.n_positions; begin += kAttendChunk) {
    const int left = tile.n_positions - begin, n = left < kAttendChunk ? left : kAttendChunk;
    score_chunk<Kv>(tile, begin, n);
    for (int row = 0; row < tile.n_rows; row += kLanes) {
      const int n_seen = tile.n_group_visible(row / kGroupRows) - begin;
      exponentiate_rows(tile, row, begin, n_seen < n ? n_seen : n);
    }
    weigh_chunk<Kv>(tile, begin, n);
    for (int row = 0; row < tile.n_rows; row += kLanes) fold_rows(tile, row, begin);
  }
  for (int row = 0; row < tile.n_rows; ++row) {
    divide_row(a.out + tile.at(row), tile.sums[row].total, a.head_dim);
  }
}
