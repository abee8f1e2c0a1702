// Weights for tests of products: a wave's values, in a format's blocks, which end where memory
// does.
#pragma once

#include <cmath>
#include <vector>

#include "quant/format.h"
#include "support/guarded_bytes.h"

namespace q3l::testing {

inline std::vector<float> wave(size_t n, float step) {
  std::vector<float> x(n);
  for (size_t i = 0; i < n; ++i) x[i] = std::sin(step * static_cast<float>(i));
  return x;
}

struct EncodedMatrix {
  EncodedMatrix(const Format& f, int n_in, int n_out)
      : format(f),
        row_bytes(f.row_bytes(static_cast<size_t>(n_in))),
        n_values(static_cast<size_t>(n_in) * static_cast<size_t>(n_out)),
        bytes(row_bytes * static_cast<size_t>(n_out)) {
    f.encode(wave(n_values, 0.37f).data(), bytes.data(), n_values);
  }

  std::vector<float> decoded() const {
    std::vector<float> values(n_values);
    format.decode(bytes.data(), values.data(), n_values);
    return values;
  }

  const Format& format;
  size_t row_bytes, n_values;
  GuardedBytes bytes;
};

}  // namespace q3l::testing
