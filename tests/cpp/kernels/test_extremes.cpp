// Sums of integer products stay within 32 bits, whatever weights and inputs are.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "base/aligned_buffer.h"
#include "kernels/dispatch.h"

namespace q3l {

namespace {

constexpr int kValues = 256;

// n rows' outputs for inputs of one.
std::vector<float> multiply(const Kernels& set, const Format& format, Role role, int n,
                            const std::vector<uint8_t>& block) {
  const std::vector<float> x(static_cast<size_t>(n) * kValues, 1.0f);
  const Packing& packing = set.packing(format, role);
  const AlignedBuffer packed(packing.packed_bytes(kValues, n)),
      scratch(packing.scratch_bytes(kValues));
  packing.pack(x.data(), kValues, kValues, 0, n, packed.data());
  AlignedBuffer arranged;
  if (packing.arrange && n >= packing.arranged_rows) {
    arranged = AlignedBuffer(packing.arranged_bytes(kValues, n));
    packing.arrange(packed.data(), kValues, n, arranged.data());
  }
  std::vector<float> y(static_cast<size_t>(n));
  packing.matmul[format.index]({block.data(), block.size(), kValues, 0, 1, packed.data(), n,
                                y.data(), 1, scratch.data(), arranged.data()});
  return y;
}

}  // namespace

TEST_CASE("the largest scales and inputs overflow nothing") {
  for (const std::string& isa : available_isas()) {
    const Kernels set = select_kernels(isa);
    CAPTURE(isa);
    for (Role role : {Role::prompt, Role::generated}) {
      // Tiles have a prompt's weights, of which 63 * 15 is one, in bf16.
      const double rounding = isa == "amx" && role == Role::prompt ? 1.0 / 256 : 1e-5;
      for (int n : {1, 8}) {
        CAPTURE(n);
        for (const auto& [name, largest] : {std::pair{"Q4_K", 15.0f}, {"Q5_K", 31.0f}}) {
          const Format& format = *find_format(name);
          CAPTURE(format.name);
          // d = 1, no dmin, scales of 63, and values as far from the middle as they get.
          std::vector<uint8_t> block(format.row_bytes(kValues));
          block[1] = 0x3c;
          std::fill_n(block.begin() + 4, 12, uint8_t{0xff});
          for (float y : multiply(set, format, role, n, block)) {
            CHECK(std::fabs(y) < 0.1f);  // terms of half a thousand each cancel
          }
          std::fill(block.begin() + 16, block.end(), uint8_t{0xff});
          for (float y : multiply(set, format, role, n, block)) {
            CHECK(y == doctest::Approx(63 * largest * kValues).epsilon(rounding));
          }
        }
        // d = 1, scales of -128, values of -32, then of 31.
        const Format& format = *find_format("Q6_K");
        std::vector<uint8_t> block(format.row_bytes(kValues));
        std::fill_n(block.begin() + 192, 16, uint8_t{0x80});
        block[209] = 0x3c;
        for (float y : multiply(set, format, role, n, block)) {
          CHECK(y == doctest::Approx(128.0f * 32 * kValues));
        }
        std::fill_n(block.begin(), 192, uint8_t{0xff});
        for (float y : multiply(set, format, role, n, block)) {
          CHECK(y == doctest::Approx(-128.0f * 31 * kValues));
        }
      }
    }
  }
}

}  // namespace q3l
