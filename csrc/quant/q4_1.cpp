// Block: half d, half m, 16 bytes of nibbles (low: values 0-15, high: 16-31); value = d * q + m.
#include <algorithm>

#include "quant/codecs.h"
#include "quant/extremes.h"

namespace q3l {

void decode_q4_1(const uint8_t* blocks, float* x, size_t n) {
  for (size_t b = 0; b < n / 32; ++b, blocks += 20, x += 32) {
    float d = load_half(blocks), m = load_half(blocks + 2);
    for (int i = 0; i < 16; ++i) {
      x[i] = static_cast<float>(blocks[4 + i] & 15) * d + m;
      x[i + 16] = static_cast<float>(blocks[4 + i] >> 4) * d + m;
    }
  }
}

void encode_q4_1(const float* x, uint8_t* blocks, size_t n) {
  for (size_t b = 0; b < n / 32; ++b, blocks += 20, x += 32) {
    auto [lo, hi] = min_max(x, 32);
    float d = (hi - lo) / 15.0f;
    float inverse = d != 0.0f ? 1.0f / d : 0.0f;
    store_half(blocks, d);
    store_half(blocks + 2, lo);
    auto quantised = [&, low = lo](float v) {
      return std::min(15, static_cast<int>((v - low) * inverse + 0.5f));
    };
    for (int i = 0; i < 16; ++i) {
      blocks[4 + i] = static_cast<uint8_t>(quantised(x[i]) | quantised(x[i + 16]) << 4);
    }
  }
}

}  // namespace q3l
