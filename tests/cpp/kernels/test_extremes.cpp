// Sums of integer products stay within 32 bits, whatever weights and inputs are.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/aligned_buffer.h"
#include "kernels/dispatch.h"

namespace q3l {

TEST_CASE("the largest scales and inputs overflow nothing") {
  constexpr int kValues = 256;
  const std::vector<float> x(kValues, 1.0f);
  for (const std::string& isa : available_isas()) {
    const Kernels set = select_kernels(isa);
    for (const char* name : {"Q4_K", "Q5_K"}) {
      const Format& format = *find_format(name);
      CAPTURE(isa);
      CAPTURE(format.name);
      // d = 1, no dmin, scales of 63, and values as far from the middle as they get.
      std::vector<uint8_t> block(format.row_bytes(kValues));
      block[1] = 0x3c;
      std::fill_n(block.begin() + 4, 12, uint8_t{0xff});
      for (Role role : {Role::prompt, Role::generated}) {
        const Packing& packing = set.packing(format, role);
        const AlignedBuffer packed(packing.packed_bytes(kValues, 1)),
            scratch(packing.scratch_bytes(kValues));
        packing.pack(x.data(), kValues, kValues, 0, 1, packed.data());
        float y = 0;
        packing.matmul[format.index](
            {block.data(), block.size(), kValues, 0, 1, packed.data(), 1, &y, 1, scratch.data()});
        CHECK(std::fabs(y) < 0.1f);  // terms of half a thousand each cancel
      }
    }
  }
}

}  // namespace q3l
