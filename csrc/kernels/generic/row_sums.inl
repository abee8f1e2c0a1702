// Sums of generated tokens' products in a vector for each weight row: a block's lanes are added at
// last.
#pragma once

template <int kRows, int kColumns>
struct RowSums {
  F of[kRows][kColumns];

  RowSums() {
    for (auto& row : of) {
      for (F& sum : row) sum = splat(0.0f);
    }
  }

  // Adds integer products of a step's blocks, or of halves of them, times d. Rows come in order.
  void add(int r, int c, I32 products, F d) { add(r, c, to_float(products), d); }
  void add(int r, int c, F products, F d) { of[r][c] = fma(products, d, of[r][c]); }
  // Adds a step's minima times sums of inputs.
  void add_minima(int r, int c, F m, F inputs) { of[r][c] = fma(m, inputs, of[r][c]); }
  void add_group(const RowSums& group, int c, F d) {
    for (int r = 0; r < kRows; ++r) of[r][c] = fma(group.of[r][c], d, of[r][c]);
  }
  void results(int c, float (&y)[kRows]) const {
    for (int r = 0; r < kRows; ++r) y[r] = reduce_add(of[r][c]);
  }
};
