// A matrix of floats that somebody else owns: row r starts at data + r * stride.
#pragma once

#include <cstddef>

namespace q3l {

struct Mat {
  float* data = nullptr;
  int rows = 0, cols = 0;
  size_t stride = 0;

  Mat() = default;
  Mat(float* p, int n_rows, int n_cols) : Mat(p, n_rows, n_cols, static_cast<size_t>(n_cols)) {}
  Mat(float* p, int n_rows, int n_cols, size_t row_stride)
      : data(p), rows(n_rows), cols(n_cols), stride(row_stride) {}

  float* row(int r) const { return data + static_cast<size_t>(r) * stride; }
};

}  // namespace q3l
