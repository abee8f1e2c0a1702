#include "quant/codecs.h"

namespace q3l {

void decode_bf16(const uint8_t* blocks, float* x, size_t n) {
  for (size_t i = 0; i < n; ++i) x[i] = bf16_to_float(load_u16(blocks + 2 * i));
}

void encode_bf16(const float* x, uint8_t* blocks, size_t n) {
  for (size_t i = 0; i < n; ++i) store_u16(blocks + 2 * i, float_to_bf16(x[i]));
}

}  // namespace q3l
