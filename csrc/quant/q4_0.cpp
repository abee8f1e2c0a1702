// Block: half d, 16 bytes of nibbles (low: values 0-15, high: 16-31); value = d * (q - 8).
#include <algorithm>

#include "quant/codecs.h"
#include "quant/extremes.h"

namespace q3l {

void decode_q4_0(const uint8_t* blocks, float* x, size_t n) {
  for (size_t b = 0; b < n / 32; ++b, blocks += 18, x += 32) {
    float d = load_half(blocks);
    for (int i = 0; i < 16; ++i) {
      x[i] = d * static_cast<float>((blocks[2 + i] & 15) - 8);
      x[i + 16] = d * static_cast<float>((blocks[2 + i] >> 4) - 8);
    }
  }
}

void encode_q4_0(const float* x, uint8_t* blocks, size_t n) {
  for (size_t b = 0; b < n / 32; ++b, blocks += 18, x += 32) {
    float d = signed_extreme(x, 32) / -8.0f;  // the value of largest magnitude becomes exactly -8
    float inverse = d != 0.0f ? 1.0f / d : 0.0f;
    store_half(blocks, d);
    auto quantised = [&](float v) { return std::min(15, static_cast<int>(v * inverse + 8.5f)); };
    for (int i = 0; i < 16; ++i) {
      blocks[2 + i] = static_cast<uint8_t>(quantised(x[i]) | quantised(x[i + 16]) << 4);
    }
  }
}

}  // namespace q3l
