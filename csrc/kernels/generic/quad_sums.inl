// Sums of generated tokens' products in a vector for four rows of weights or keys, lane 4 b + r for
// the blocks b of each step: integers are added as far as one scale reaches before they become a
// float, so that it does not matter how. What generic/row_sums.inl has for each row; less than four
// rows are repeated. REQUIRES: add_lanes, join_rows and store_rows.
#pragma once

template <int kRows, int kColumns>
struct QuadSums {
  static constexpr int kQuad = 4;

  F of[kColumns];
  // Until the last row has come.
  I32 products[kColumns][kQuad];
  F scales[kQuad], minima[kQuad];

  QuadSums() {
    for (F& sum : of) sum = splat(0.0f);
  }

  [[gnu::always_inline]] void add(int r, int c, I32 dot, F d) {
    if (!take(r, c, dot, d)) return;
    of[c] = fma(to_float(add_lanes(products[c])), join_rows(scales), of[c]);
  }
  void add_minima(int r, int c, F m, F inputs) {
    for (int i = r; i < kQuad; i += kRows) minima[i] = m;
    if (r + 1 == kRows) of[c] = fma(join_rows(minima), inputs, of[c]);
  }
  void add_group(const QuadSums& group, int c, F d) { of[c] = fma(group.of[c], d, of[c]); }
  void results(int c, float (&y)[kRows]) const {
    float quad[kQuad];
    store_rows(quad, of[c]);
    std::memcpy(y, quad, sizeof y);
  }

 protected:
  // True when all rows have come.
  bool take(int r, int c, I32 dot, F d) {
    for (int i = r; i < kQuad; i += kRows) {
      products[c][i] = dot;
      scales[i] = d;
    }
    return r + 1 == kRows;
  }
};
