// What attention of a tile of rows is about, whatever computes it: where rows stand, which
// positions they see, and how a chunk of positions joins those before it. A row is a query head.
#pragma once

#include "kernels/generic/attend.inl"

static_assert(kAttendTileRows % kLanes == 0);

inline int clamp(int n, int low, int high) {
  return n < low ? low : n > high ? high : n;
}

// Where each row stands in q and out, and how many positions it sees. Of the chunks so far, the
// largest score and the sum of weights.
struct RowStates {
  size_t offset[kAttendTileRows];
  int seen[kAttendTileRows];
  float largest[kAttendTileRows + kLanes], total[kAttendTileRows + kLanes];
  int n_rows = 0;

  void add(size_t row_offset, int n_positions) {
    offset[n_rows] = row_offset;
    seen[n_rows] = n_positions;
    largest[n_rows] = -__builtin_inff();
    total[n_rows] = 0.0f;
    ++n_rows;
  }
  void add_prompt(const AttendTileArgs& a) {
    for (int i = a.row_begin; i < a.row_end; ++i) {
      const int token = i / a.n_group, head = i % a.n_group;
      add(static_cast<size_t>(token) * a.stride + static_cast<size_t>(head * a.head_dim),
          a.position + token + 1);
    }
  }
  void add_generated(const AttendArgs& a, const AttendRow& row) {
    for (int head = 0; head < a.n_group; ++head) {
      add(static_cast<size_t>(row.row) * a.stride + static_cast<size_t>(head * a.head_dim),
          row.n_positions);
    }
  }
};

// Rows [first, first + n) of those, that see the same pages.
struct TileRows {
  TileRows(const AttendRows& a, const uint8_t* const* seen_pages, RowStates& states, int first,
           int n)
      : args(a),
        pages(seen_pages),
        n_rows(n),
        offset(states.offset + first),
        seen(states.seen + first),
        largest_before(states.largest + first),
        total_before(states.total + first) {}

  const AttendRows& args;
  const uint8_t* const* pages;
  int n_rows;
  const size_t* offset;
  const int* seen;
  float *largest_before, *total_before;
  // Of the chunk under way: where it begins, and for each row its positions' largest score and the
  // sum of their weights.
  int begin = 0;
  alignas(64) float largest[kAttendTileRows];
  alignas(64) float total[kAttendTileRows];

  // Lanes without a row repeat the last.
  int row_of(int lane) const { return lane < n_rows ? lane : n_rows - 1; }
  // The positions that a lane's row sees from `begin`; there may be none.
  int n_visible(int lane) const { return seen[row_of(lane)] - begin; }
  // Of `n` positions of the chunk from `first`, those that a lane's row sees. Later rows see more.
  int n_seen(int lane, int first, int n) const { return clamp(n_visible(lane) - first, 0, n); }
};

// Adds the chunk to the results, which the first one begins, of rows [first, first + kLanes), whose
// weighted values lie `stride` apart. Adding zero makes one of both zeros: which one a sum that
// underflows to may depend on the tile.
inline void fold_rows(TileRows& rows, int first, const float* part, int stride) {
  const F before = load(rows.largest_before + first), now = load(rows.largest + first);
  const F largest = max(before, now), zero = splat(0.0f);
  alignas(64) float old_factor[kLanes], factor[kLanes];
  store(old_factor, exp_lanes(sub(before, largest)));
  store(factor, exp_lanes(sub(now, largest)));
  for (int i = 0; i < kLanes && first + i < rows.n_rows; ++i, part += stride) {
    const int row = first + i;
    if (rows.n_visible(row) <= 0) continue;
    float* out = rows.args.out + rows.offset[row];
    for (int j = 0; j < rows.args.head_dim; j += kLanes) {
      const int n = rows.args.head_dim - j;
      const F old = rows.begin == 0 ? zero : mul(load_first(out + j, n), splat(old_factor[i]));
      store_first(out + j, fma(add(load(part + j), zero), splat(factor[i]), old), n);
    }
    rows.total_before[row] = rows.total_before[row] * old_factor[i] + rows.total[row] * factor[i];
    rows.largest_before[row] =
        rows.largest[row] > rows.largest_before[row] ? rows.largest[row] : rows.largest_before[row];
  }
}

// Calls attend_chunk(n) for each chunk of n positions, which folds it.
template <class AttendChunk>
inline void for_chunks(TileRows& rows, AttendChunk&& attend_chunk) {
  for (int n_left = rows.n_visible(rows.n_rows - 1); n_left > 0; n_left -= kAttendChunk) {
    attend_chunk(clamp(n_left, 0, kAttendChunk));
    rows.begin += kAttendChunk;
  }
}

// Query rows [first, first + kLanes) times `scale`, as keys are kept, `stride` apart; zeros behind
// head_dim. Lanes without a row repeat the last.
template <class Kv>
inline void copy_queries(const TileRows& tile, int first, float scale, float* to, int stride) {
  const int head_dim = tile.args.head_dim;
  for (int i = 0; i < kLanes; ++i, to += stride) {
    const float* q = tile.args.q + tile.offset[tile.row_of(first + i)];
    for (int j = 0; j < stride; j += kLanes) {
      store(to + j,
            j < head_dim ? mul(load_first(q + j, head_dim - j), splat(scale)) : splat(0.0f));
    }
    spread_as_kept<Kv>(to, head_dim);
  }
}

template <class Kv>
inline void finish_rows(const CachedHead& head, const RowStates& states, float* out) {
  for (int row = 0; row < states.n_rows; ++row) {
    finish_row<Kv>(out + states.offset[row], states.total[row], head.head_dim);
  }
}
