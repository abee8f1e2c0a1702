// Gated products in one step are those in four: two products, silu and product, packing.
#include <doctest/doctest.h>

#include <cstring>
#include <random>
#include <vector>

#include "base/aligned_buffer.h"
#include "kernels/dispatch.h"

namespace q3l {

namespace {

std::vector<float> normal(size_t n, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> distribution;
  std::vector<float> values(n);
  for (float& v : values) v = distribution(random);
  return values;
}

struct Matrix {
  Matrix(const Format& format, int n_out, int n_in, unsigned seed)
      : row_bytes(format.row_bytes(static_cast<size_t>(n_in))),
        bytes(row_bytes * static_cast<size_t>(n_out)) {
    const auto values = normal(static_cast<size_t>(n_out) * static_cast<size_t>(n_in), seed);
    format.encode(values.data(), bytes.data(), values.size());
  }

  size_t row_bytes;
  std::vector<uint8_t> bytes;
};

void check(const Kernels& kernels, const Format& format, int n_in, int n_out, int n_rows) {
  CAPTURE(kernels.isa);
  CAPTURE(format.name);
  CAPTURE(n_rows);
  const Packing& packing = kernels.packing(format, Role::prompt);
  const Matrix gate(format, n_out, n_in, 1), up(format, n_out, n_in, 2);
  const auto x = normal(static_cast<size_t>(n_rows) * static_cast<size_t>(n_in), 3);
  AlignedBuffer packed(packing.packed_bytes(n_in, n_rows)), scratch(packing.scratch_bytes(n_in));
  packing.pack(x.data(), static_cast<size_t>(n_in), n_in, 0, n_rows, packed.data());
  auto arguments = [&](const Matrix& w, float* y) {
    return MatmulArgs{w.bytes.data(),
                      w.row_bytes,
                      n_in,
                      0,
                      n_out,
                      packed.data(),
                      n_rows,
                      y,
                      static_cast<size_t>(n_out),
                      scratch.data()};
  };

  std::vector<float> g(static_cast<size_t>(n_rows) * static_cast<size_t>(n_out)), u(g.size());
  packing.matmul[format.index](arguments(gate, g.data()));
  packing.matmul[format.index](arguments(up, u.data()));
  kernels.ops.swiglu(g.data(), u.data(), static_cast<int>(g.size()));
  const size_t n_bytes = packing.packed_bytes(n_out, n_rows);
  AlignedBuffer expected(n_bytes), found(n_bytes);
  packing.pack(g.data(), static_cast<size_t>(n_out), n_out, 0, n_rows, expected.data());

  std::memset(found.data(), 0xff, n_bytes);
  packing.gated[format.index]({arguments(gate, nullptr), up.bytes.data(), found.data(), n_out});
  CHECK(std::memcmp(found.data(), expected.data(), n_bytes) == 0);
}

}  // namespace

TEST_CASE("gated products in one step") {
  for (const std::string& isa : available_isas()) {
    const Kernels kernels = select_kernels(isa);
    for (const Format& format : formats()) {
      if (!kernels.packing(format, Role::prompt).gated[format.index]) continue;
      for (int n_rows : {1, 16, 33, 530}) check(kernels, format, 512, 96, n_rows);
      check(kernels, format, 256, 256, 40);
      check(kernels, format, 1280, 96, 40);    // several chunks of inputs
      check(kernels, format, 3072, 160, 170);  // which a core's cache does not hold
    }
  }
}

}  // namespace q3l
