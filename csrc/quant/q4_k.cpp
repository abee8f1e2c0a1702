// Superblock: half d, half dmin, 12 bytes of 6-bit scales and minima for 8 sub-blocks, 128 bytes of
// nibbles (each 32 bytes: low = one sub-block, high = the next); value = d*scale*q - dmin*min.
#include "quant/codecs.h"
#include "quant/superblock.h"

namespace q3l {

void decode_q4_k(const uint8_t* blocks, float* x, size_t n) {
  for (size_t b = 0; b < n / 256; ++b, blocks += 144, x += 256) {
    float d = load_half(blocks), dmin = load_half(blocks + 2);
    for (int j = 0; j < 8; ++j) {
      int scale, min;
      unpack_scale_min(blocks + 4, j, &scale, &min);
      float step = d * static_cast<float>(scale), offset = dmin * static_cast<float>(min);
      const uint8_t* nibbles = blocks + 16 + 32 * (j / 2);
      for (int i = 0; i < 32; ++i) {
        x[32 * j + i] = step * static_cast<float>(nibbles[i] >> 4 * (j & 1) & 15) - offset;
      }
    }
  }
}

void encode_q4_k(const float* x, uint8_t* blocks, size_t n) {
  for (size_t b = 0; b < n / 256; ++b, blocks += 144, x += 256) {
    uint8_t q[256];
    encode_scale_min_superblock(x, 15, blocks, q);
    for (int pair = 0; pair < 4; ++pair) {
      for (int i = 0; i < 32; ++i) {
        const uint8_t* low = q + 64 * pair + i;
        blocks[16 + 32 * pair + i] = static_cast<uint8_t>(low[0] | low[32] << 4);
      }
    }
  }
}

}  // namespace q3l
