// Block: half d, 32 signed bytes; value = d * q.
#include <cmath>

#include "quant/codecs.h"
#include "quant/extremes.h"

namespace q3l {

void decode_q8_0(const uint8_t* blocks, float* x, size_t n) {
  for (size_t b = 0; b < n / 32; ++b, blocks += 34, x += 32) {
    float d = load_half(blocks);
    for (int i = 0; i < 32; ++i) x[i] = static_cast<float>(static_cast<int8_t>(blocks[2 + i])) * d;
  }
}

void encode_q8_0(const float* x, uint8_t* blocks, size_t n) {
  for (size_t b = 0; b < n / 32; ++b, blocks += 34, x += 32) {
    float d = std::fabs(signed_extreme(x, 32)) / 127.0f;
    float inverse = d != 0.0f ? 1.0f / d : 0.0f;
    store_half(blocks, d);
    for (int i = 0; i < 32; ++i) {
      blocks[2 + i] = static_cast<uint8_t>(static_cast<int8_t>(std::roundf(x[i] * inverse)));
    }
  }
}

}  // namespace q3l
