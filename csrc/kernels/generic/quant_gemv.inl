// Generated tokens: weight rows are read once and multiplied, step by step where they lie, with
// every input row. Several rows and columns share loads and unpacking; each one's arithmetic is the
// same alone.
#pragma once

#include "kernels/generic/quant_steps.inl"

constexpr int kQuad = 4;  // weight rows whose sums share a vector

// A quad of weight rows of equal distances, in bytes and in outputs; only the first n_rows are
// asked for, the others may be the same row.
struct WeightRows {
  const uint8_t* first;
  size_t row_bytes, y_stride;
  int n_rows;
};

// A multiplier is a format's kernel for a quad of weight rows by kColumns input rows: adds one
// group's products, lane 4 b + r of sums[c] += w(r) . x(c) for the blocks b of each step. A block's
// integers are summed before they become a float, so that it does not matter how. Input rows are
// column_groups groups apart.
//   template <int kColumns> static void add_group(
//       const uint8_t* w, size_t row_bytes, int n_blocks, const QuantGroup* x, int column_groups,
//       F (&sums)[kColumns]);
// kGroupBytes: a group's weights.
template <class Multiplier, int kColumns>
inline void multiply_tile(const WeightRows& rows, int n_in, const QuantGroup* x, float* y,
                          size_t y_stride) {
  const int n_groups = groups_of(n_in), n_blocks = n_in / 32;
  F total[kColumns];
  for (F& sum : total) sum = splat(0.0f);
  const uint8_t* w = rows.first;
  for (int g = 0; g < n_groups; ++g, w += Multiplier::kGroupBytes) {
    F sums[kColumns];
    for (F& sum : sums) sum = splat(0.0f);
    const int left = n_blocks - g * kGroupBlocks;
    Multiplier::template add_group<kColumns>(
        w, rows.row_bytes, left < kGroupBlocks ? left : kGroupBlocks, x + g, n_groups, sums);
    for (int c = 0; c < kColumns; ++c) {
      total[c] = fma(sums[c], splat(x[c * n_groups + g].d), total[c]);
    }
  }
  for (int c = 0; c < kColumns; ++c, y += y_stride) {
    float quad[kQuad];
    reduce_blocks(total[c], quad);
    for (int r = 0; r < rows.n_rows; ++r) y[static_cast<size_t>(r) * rows.y_stride] = quad[r];
  }
}

// All columns from kColumns at a time down to one.
template <class Multiplier, int kColumns>
inline void multiply_columns(const MatmulArgs& a, const WeightRows& rows, float* y, int column) {
  const int n_groups = groups_of(a.n_in);
  for (; column + kColumns <= a.n_rows; column += kColumns) {
    multiply_tile<Multiplier, kColumns>(
        rows, a.n_in, reinterpret_cast<const QuantGroup*>(a.packed) + column * n_groups,
        y + static_cast<size_t>(column) * a.y_stride, a.y_stride);
  }
  if constexpr (kColumns > 1) {
    if (column < a.n_rows) multiply_columns<Multiplier, kColumns / 2>(a, rows, y, column);
  }
}

// As many quads as there are, of rows far apart, then the rest alone.
template <class Multiplier>
void multiply_generated_rows(const MatmulArgs& a) {
  const int n_quads = (a.row_end - a.row_begin) / kQuad;
  WeightRows rows = {a.weights + static_cast<size_t>(a.row_begin) * a.row_bytes,
                     static_cast<size_t>(n_quads) * a.row_bytes, static_cast<size_t>(n_quads),
                     kQuad};
  for (int i = 0; i < n_quads; ++i, rows.first += a.row_bytes) {
    multiply_columns<Multiplier, kGemvColumns>(a, rows, a.y + a.row_begin + i, 0);
  }
  for (int r = a.row_begin + n_quads * kQuad; r < a.row_end; ++r) {
    const WeightRows alone = {a.weights + static_cast<size_t>(r) * a.row_bytes, 0, 0, 1};
    multiply_columns<Multiplier, kGemvColumns>(a, alone, a.y + r, 0);
  }
}
