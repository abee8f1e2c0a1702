// Generated tokens' products are bit for bit the same alone and in company, whatever kernel their
// number chooses, and whether or not their inputs were arranged for it; nor does any read past the
// last block.
#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <vector>

#include "base/aligned_buffer.h"
#include "kernels/dispatch.h"
#include "support/encoded_matrix.h"

namespace q3l {

namespace {

using testing::EncodedMatrix;
using testing::wave;

constexpr int kMostRows = 17;
// No whole number of vectors or tiles of weight rows; more than a block of them.
constexpr int kOutputs[] = {1, 7, 50, 275};

// Weight rows [first, n_out) by n_rows inputs, [n_rows][n_out] with what is before `first` zero.
std::vector<float> multiply(const Kernels& set, const EncodedMatrix& w, int n_in, int first,
                            int n_out, const float* x, int n_rows, bool arranged) {
  const Packing& packing = set.packing(w.format, Role::generated);
  AlignedBuffer packed(packing.packed_bytes(n_in, n_rows)), scratch(packing.scratch_bytes(n_in)),
      again;
  std::fill_n(scratch.data(), scratch.size(), uint8_t{0xff});  // NaN
  packing.pack(x, static_cast<size_t>(n_in), n_in, 0, n_rows, packed.data());
  if (arranged && packing.arrange && n_rows >= packing.arranged_rows) {
    again.reserve(packing.arranged_bytes(n_in, n_rows));
    packing.arrange(packed.data(), n_in, n_rows, again.data());
  }
  std::vector<float> y(static_cast<size_t>(n_rows) * static_cast<size_t>(n_out));
  packing.matmul[w.format.index]({w.bytes.data(), w.row_bytes, n_in, first, n_out, packed.data(),
                                  n_rows, y.data(), static_cast<size_t>(n_out), scratch.data(),
                                  again.data()});
  return y;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](float v, float w) {
    return std::bit_cast<uint32_t>(v) == std::bit_cast<uint32_t>(w);
  });
}

void check(const Kernels& set, const Format& format, int n_in, int n_out) {
  const EncodedMatrix w(format, n_in, n_out);
  const std::vector<float> x = wave(static_cast<size_t>(kMostRows * n_in), 0.11f);
  const int first = n_out / 3;
  std::vector<float> alone;
  for (int n = 1; n <= kMostRows; ++n) {
    const float* last = x.data() + static_cast<size_t>((n - 1) * n_in);
    const std::vector<float> row = multiply(set, w, n_in, first, n_out, last, 1, false);
    alone.insert(alone.end(), row.begin(), row.end());
    CAPTURE(n);
    CHECK(same_bits(multiply(set, w, n_in, first, n_out, x.data(), n, true), alone));
    CHECK(same_bits(multiply(set, w, n_in, first, n_out, x.data(), n, false), alone));
  }
}

}  // namespace

TEST_CASE("generated rows: alone and in company") {
  for (const std::string& isa : available_isas()) {
    CAPTURE(isa);
    const Kernels set = select_kernels(isa);
    for (const Format& format : formats()) {
      CAPTURE(format.name);
      for (int n_in : {256, 576, 1056}) {
        if (static_cast<size_t>(n_in) % format.block_values != 0) continue;
        CAPTURE(n_in);
        for (int n_out : kOutputs) check(set, format, n_in, n_out);
      }
      check(set, format, 768, 16);
    }
  }
}

}  // namespace q3l
