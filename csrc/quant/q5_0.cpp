// Block: half d, 32 fifth bits, 16 bytes of nibbles (low: values 0-15, high: 16-31);
// value = d * (q - 16).
#include <algorithm>

#include "quant/codecs.h"
#include "quant/extremes.h"

namespace q3l {

void decode_q5_0(const uint8_t* blocks, float* x, size_t n) {
  for (size_t b = 0; b < n / 32; ++b, blocks += 22, x += 32) {
    float d = load_half(blocks);
    uint32_t fifth = load_u32(blocks + 2);
    for (int i = 0; i < 16; ++i) {
      uint32_t low = (blocks[6 + i] & 15u) | (fifth >> i & 1) << 4;
      uint32_t high = (blocks[6 + i] >> 4) | (fifth >> (i + 16) & 1) << 4;
      x[i] = d * static_cast<float>(static_cast<int>(low) - 16);
      x[i + 16] = d * static_cast<float>(static_cast<int>(high) - 16);
    }
  }
}

void encode_q5_0(const float* x, uint8_t* blocks, size_t n) {
  for (size_t b = 0; b < n / 32; ++b, blocks += 22, x += 32) {
    float d = signed_extreme(x, 32) / -16.0f;
    float inverse = d != 0.0f ? 1.0f / d : 0.0f;
    store_half(blocks, d);
    auto quantised = [&](float v) {
      return static_cast<uint32_t>(std::min(31, static_cast<int>(v * inverse + 16.5f)));
    };
    uint32_t fifth = 0;
    for (int i = 0; i < 16; ++i) {
      uint32_t low = quantised(x[i]), high = quantised(x[i + 16]);
      blocks[6 + i] = static_cast<uint8_t>((low & 15) | (high & 15) << 4);
      fifth |= low >> 4 << i | high >> 4 << (i + 16);
    }
    store_u32(blocks + 2, fifth);
  }
}

}  // namespace q3l
