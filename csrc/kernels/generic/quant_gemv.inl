// Generated tokens: weight rows are read once and multiplied, step by step where they lie, with
// every input row. Several rows and columns share loads and unpacking; each one's arithmetic is the
// same alone.
#pragma once

#include "kernels/generic/quantise.inl"

// Some weight rows of equal distances, in bytes and in outputs.
struct WeightRows {
  const uint8_t* first;
  size_t row_bytes, y_stride;
};

// A multiplier is a format's kernel for kRows weight rows by kColumns input rows: adds one group's
// products, sums(r, c) += w(r) . x(c). Input rows are column_groups groups apart.
//   template <int kRows, int kColumns> static void add_group(
//       const uint8_t* w, size_t row_bytes, int n_blocks, const Inputs* x, int column_groups,
//       Sums<kRows, kColumns>& sums);
// Sums: RowSums, or what does the same. Inputs: a group of inputs, with their scale d. kGroupBytes:
// a group's weights. kTileRows and kTileColumns: how many share what is loaded.
template <class Multiplier, int kRows, int kColumns>
inline void multiply_tile(const WeightRows& rows, int n_in, const typename Multiplier::Inputs* x,
                          float* y, size_t y_stride) {
  const int n_groups = groups_of(n_in), n_blocks = n_in / 32;
  using Sums = typename Multiplier::template Sums<kRows, kColumns>;
  Sums total;
  const uint8_t* w = rows.first;
  for (int g = 0; g < n_groups; ++g, w += Multiplier::kGroupBytes) {
    Sums sums;
    const int left = n_blocks - g * kGroupBlocks;
    Multiplier::template add_group<kRows, kColumns>(
        w, rows.row_bytes, left < kGroupBlocks ? left : kGroupBlocks, x + g, n_groups, sums);
    for (int c = 0; c < kColumns; ++c) {
      total.add_group(sums, c, splat(x[c * n_groups + g].d));
    }
  }
  for (int c = 0; c < kColumns; ++c, y += y_stride) {
    float results[kRows];
    total.results(c, results);
    for (int r = 0; r < kRows; ++r) y[static_cast<size_t>(r) * rows.y_stride] = results[r];
  }
}

// All columns from kColumns at a time down to one.
template <class Multiplier, int kRows, int kColumns>
inline void multiply_columns(const MatmulArgs& a, const WeightRows& rows, float* y, int column) {
  const int n_groups = groups_of(a.n_in);
  for (; column + kColumns <= a.n_rows; column += kColumns) {
    multiply_tile<Multiplier, kRows, kColumns>(
        rows, a.n_in,
        reinterpret_cast<const typename Multiplier::Inputs*>(a.packed) + column * n_groups,
        y + static_cast<size_t>(column) * a.y_stride, a.y_stride);
  }
  if constexpr (kColumns > 1) {
    if (column < a.n_rows) multiply_columns<Multiplier, kRows, kColumns / 2>(a, rows, y, column);
  }
}

// Rows [begin, end) and all columns: as many sets of kRows rows as there are, then the rest alone.
template <class Multiplier, int kRows, int kColumns>
inline void multiply_row_sets(const MatmulArgs& a, int begin, int end) {
  const int n_sets = (end - begin) / kRows;
  WeightRows rows = {a.weights + static_cast<size_t>(begin) * a.row_bytes,
                     static_cast<size_t>(n_sets) * a.row_bytes, static_cast<size_t>(n_sets)};
  for (int i = 0; i < n_sets; ++i, rows.first += a.row_bytes) {
    multiply_columns<Multiplier, kRows, kColumns>(a, rows, a.y + begin + i, 0);
  }
  if constexpr (kRows > 1) {
    multiply_row_sets<Multiplier, 1, 1>(a, begin + n_sets * kRows, end);
  }
}

template <class Multiplier>
void multiply_generated_rows(const MatmulArgs& a) {
  if (a.n_rows == 1) {
    multiply_row_sets<Multiplier, kStreams, 1>(a, a.row_begin, a.row_end);
  } else {
    multiply_row_sets<Multiplier, Multiplier::kTileRows, Multiplier::kTileColumns>(a, a.row_begin,
                                                                                   a.row_end);
  }
}
