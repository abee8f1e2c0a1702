// Block: half d, half m, 32 fifth bits, 16 bytes of nibbles (low: values 0-15, high: 16-31);
// value = d * q + m.
#include <algorithm>

#include "quant/codecs.h"
#include "quant/extremes.h"

namespace q3l {

void decode_q5_1(const uint8_t* blocks, float* x, size_t n) {
  for (size_t b = 0; b < n / 32; ++b, blocks += 24, x += 32) {
    float d = load_half(blocks), m = load_half(blocks + 2);
    uint32_t fifth = load_u32(blocks + 4);
    for (int i = 0; i < 16; ++i) {
      uint32_t low = (blocks[8 + i] & 15u) | (fifth >> i & 1) << 4;
      uint32_t high = (blocks[8 + i] >> 4) | (fifth >> (i + 16) & 1) << 4;
      x[i] = static_cast<float>(low) * d + m;
      x[i + 16] = static_cast<float>(high) * d + m;
    }
  }
}

void encode_q5_1(const float* x, uint8_t* blocks, size_t n) {
  for (size_t b = 0; b < n / 32; ++b, blocks += 24, x += 32) {
    auto [lo, hi] = min_max(x, 32);
    float d = (hi - lo) / 31.0f;
    float inverse = d != 0.0f ? 1.0f / d : 0.0f;
    store_half(blocks, d);
    store_half(blocks + 2, lo);
    auto quantised = [&, low = lo](float v) {
      return static_cast<uint32_t>(std::min(31, static_cast<int>((v - low) * inverse + 0.5f)));
    };
    uint32_t fifth = 0;
    for (int i = 0; i < 16; ++i) {
      uint32_t low = quantised(x[i]), high = quantised(x[i + 16]);
      blocks[8 + i] = static_cast<uint8_t>((low & 15) | (high & 15) << 4);
      fifth |= low >> 4 << i | high >> 4 << (i + 16);
    }
    store_u32(blocks + 4, fifth);
  }
}

}  // namespace q3l
