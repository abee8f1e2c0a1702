#include "quant/codecs.h"

namespace q3l {

void decode_f32(const uint8_t* blocks, float* x, size_t n) {
  std::memcpy(x, blocks, n * 4);
}
void encode_f32(const float* x, uint8_t* blocks, size_t n) {
  std::memcpy(blocks, x, n * 4);
}

}  // namespace q3l
