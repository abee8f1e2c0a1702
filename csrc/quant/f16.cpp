#include "quant/codecs.h"

namespace q3l {

void decode_f16(const uint8_t* blocks, float* x, size_t n) {
  for (size_t i = 0; i < n; ++i) x[i] = load_half(blocks + 2 * i);
}

void encode_f16(const float* x, uint8_t* blocks, size_t n) {
  for (size_t i = 0; i < n; ++i) store_half(blocks + 2 * i, x[i]);
}

}  // namespace q3l
