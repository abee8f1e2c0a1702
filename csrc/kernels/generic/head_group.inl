// Query heads of one generated row that go through its positions together, so that a key or value
// is read and unpacked once for all of them. Each one's sums are the same as alone.
#pragma once

#include "kernels/generic/kv_rows.inl"

// In whole steps of blocks.
inline int padded_dims(int head_dim) {
  constexpr int kStepDims = kStep * kKvBlock;
  return (head_dim + kStepDims - 1) / kStepDims * kStepDims;
}

inline float largest_of(const float* scores, int n) {
  F largest = splat(-__builtin_inff());
  int i = 0;
  for (; i + kLanes <= n; i += kLanes) largest = max(load(scores + i), largest);
  float most = reduce_max(largest);
  for (; i < n; ++i) most = scores[i] > most ? scores[i] : most;
  return most;
}

template <int kHeads>
struct HeadGroup {
  // Throughout the chunk under way.
  const CachedHead& head;
  int dims;       // padded with zeros
  float* scores;  // [kHeads][kAttendChunk], then weights
  float* q;       // [kHeads][dims]
  float* part;    // the same: weighted values
  uint8_t* rest;  // what a type of rows needs
};

// A stretch of rows of one page, and those that are wanted after it.
struct RowsOfPage {
  const uint8_t *page, *rows, *next;
  int first, n;  // of the chunk's positions
};

// Asks for the row that is wanted a page later, since nothing else foresees where pages are, and
// from there for one that is near. Quantised rows are slower to unpack than to come from L2.
template <class Kv>
inline void prefetch_rows(const uint8_t* row, const uint8_t* next, size_t row_bytes) {
  constexpr size_t kNearRows = 4;
  for (size_t i = 0; i < row_bytes; i += 64) {
    prefetch_far(next + i);
    if constexpr (!is_quantised(Kv::kType)) prefetch(row + kNearRows * row_bytes + i);
  }
}
