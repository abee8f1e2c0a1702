// Generated tokens: weight rows are read once and multiplied, step by step where they lie, with
// every input row. Several rows and columns share loads and unpacking; each one's arithmetic is the
// same alone.
#pragma once

#include "kernels/generic/quant_steps.inl"

// How far ahead of their use weights are asked for, into L2 and into L1.
constexpr int kFarBytes = 6144, kNearBytes = 1024;

inline void prefetch_weights(const uint8_t* w) {
  prefetch_far(w + kFarBytes);
  prefetch(w + kNearBytes);
}

// A multiplier is a format's kernel for kRows weight rows by kColumns input rows: adds one group's
// products, sums[r][c] += w(r) . x(c). Rows are row_bytes apart, columns column_groups groups.
//   template <int kRows, int kColumns> static void add_group(
//       const uint8_t* w, size_t row_bytes, int n_blocks, const QuantGroup* x, int column_groups,
//       F (&sums)[kRows][kColumns]);
// kGroupBytes: a group's weights.
template <class Multiplier, int kRows, int kColumns>
inline void multiply_tile(const uint8_t* w, size_t row_bytes, int n_in, const QuantGroup* x,
                          float* y, size_t y_stride) {
  const int n_groups = groups_of(n_in), n_blocks = n_in / 32;
  F total[kRows][kColumns];
  for (auto& row : total) {
    for (F& sum : row) sum = splat(0.0f);
  }
  for (int g = 0; g < n_groups; ++g, w += Multiplier::kGroupBytes) {
    F sums[kRows][kColumns];
    for (auto& row : sums) {
      for (F& sum : row) sum = splat(0.0f);
    }
    const int left = n_blocks - g * kGroupBlocks;
    Multiplier::template add_group<kRows, kColumns>(
        w, row_bytes, left < kGroupBlocks ? left : kGroupBlocks, x + g, n_groups, sums);
    for (int c = 0; c < kColumns; ++c) {
      const F d = splat(x[c * n_groups + g].d);
      for (int r = 0; r < kRows; ++r) total[r][c] = fma(sums[r][c], d, total[r][c]);
    }
  }
  for (int r = 0; r < kRows; ++r) {
    for (int c = 0; c < kColumns; ++c) {
      y[static_cast<size_t>(c) * y_stride + static_cast<size_t>(r)] = reduce_add(total[r][c]);
    }
  }
}

// All columns from kColumns at a time down to one.
template <class Multiplier, int kRows, int kColumns>
inline void multiply_columns(const MatmulArgs& a, int row, int column) {
  const uint8_t* w = a.weights + static_cast<size_t>(row) * a.row_bytes;
  const int n_groups = groups_of(a.n_in);
  for (; column + kColumns <= a.n_rows; column += kColumns) {
    multiply_tile<Multiplier, kRows, kColumns>(
        w, a.row_bytes, a.n_in, reinterpret_cast<const QuantGroup*>(a.packed) + column * n_groups,
        a.y + static_cast<size_t>(column) * a.y_stride + row, a.y_stride);
  }
  if constexpr (kColumns > 1) {
    if (column < a.n_rows) multiply_columns<Multiplier, kRows, kColumns / 2>(a, row, column);
  }
}

template <class Multiplier>
void multiply_generated_rows(const MatmulArgs& a) {
  int row = a.row_begin;
  if (a.n_rows > 1) {
    for (; row + kGemvRows <= a.row_end; row += kGemvRows) {
      multiply_columns<Multiplier, kGemvRows, kGemvColumns>(a, row, 0);
    }
  }
  for (; row < a.row_end; ++row) multiply_columns<Multiplier, 1, 1>(a, row, 0);
}
