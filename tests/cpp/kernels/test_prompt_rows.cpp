// A prompt's products are bit for bit the same alone and in company, and what the weights' values
// make of the inputs.
#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "base/aligned_buffer.h"
#include "kernels/dispatch.h"
#include "support/encoded_matrix.h"

namespace q3l {

namespace {

using testing::EncodedMatrix;
using testing::wave;

struct Shape {
  int n_in, n_out, n_rows;
};

// [n_rows][n_out] for inputs x.
std::vector<float> multiply(const Kernels& set, const EncodedMatrix& w, const Shape& s,
                            const float* x) {
  const Packing& packing = set.packing(w.format, Role::prompt);
  AlignedBuffer packed(packing.packed_bytes(s.n_in, s.n_rows));
  AlignedBuffer scratch(packing.scratch_bytes(s.n_in));
  std::fill_n(scratch.data(), scratch.size(), uint8_t{0xff});  // NaN
  packing.pack(x, static_cast<size_t>(s.n_in), s.n_in, 0, s.n_rows, packed.data());
  std::vector<float> y(static_cast<size_t>(s.n_rows) * static_cast<size_t>(s.n_out));
  packing.matmul[w.format.index]({w.bytes.data(), w.row_bytes, s.n_in, 0, s.n_out, packed.data(),
                                  s.n_rows, y.data(), static_cast<size_t>(s.n_out),
                                  scratch.data()});
  return y;
}

void check(const Kernels& set, const Format& format, const Shape& s) {
  CAPTURE(set.isa);
  CAPTURE(format.name);
  CAPTURE(s.n_in);
  const EncodedMatrix w(format, s.n_in, s.n_out);
  const std::vector<float> decoded = w.decoded();
  const std::vector<float> x =
      wave(static_cast<size_t>(s.n_rows) * static_cast<size_t>(s.n_in), 0.11f);
  const std::vector<float> together = multiply(set, w, s, x.data());
  for (int row : {0, 15, 16, s.n_rows / 2, s.n_rows - 1}) {
    CAPTURE(row);
    const float* input = &x[static_cast<size_t>(row) * static_cast<size_t>(s.n_in)];
    const float* found = &together[static_cast<size_t>(row) * static_cast<size_t>(s.n_out)];
    const std::vector<float> alone = multiply(set, w, {s.n_in, s.n_out, 1}, input);
    int n_other = 0, n_wrong = 0;
    for (int out = 0; out < s.n_out; ++out) {
      const float* weights = &decoded[static_cast<size_t>(out) * static_cast<size_t>(s.n_in)];
      double sum = 0, squares = 0;
      for (int i = 0; i < s.n_in; ++i) {
        const double product = static_cast<double>(weights[i]) * static_cast<double>(input[i]);
        sum += product;
        squares += product * product;
      }
      // Of bfloat16 inputs and weights; what is wrong differs by as much as the sum.
      n_wrong += !(std::abs(static_cast<double>(found[out]) - sum) < 0.02 * std::sqrt(squares));
      n_other += std::bit_cast<uint32_t>(found[out]) !=
                 std::bit_cast<uint32_t>(alone[static_cast<size_t>(out)]);
    }
    CHECK(n_wrong == 0);
    CHECK(n_other == 0);
  }
}

}  // namespace

TEST_CASE("prompt rows: alone and in company") {
  for (const std::string& isa : available_isas()) {
    const Kernels set = select_kernels(isa);
    for (const Format& format : formats()) {
      check(set, format, {512, 70, 40});
      // Where inputs that a core's cache does not hold are shared by many outputs.
      const int row_chunk = set.packing(format, Role::prompt).row_chunk;
      if (row_chunk >= 128) check(set, format, {3072, row_chunk + 70, 170});
    }
  }
}

}  // namespace q3l
