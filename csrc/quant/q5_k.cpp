// Superblock: half d, half dmin, 12 bytes of 6-bit scales and minima for 8 sub-blocks, 32 bytes of
// fifth bits (bit j of byte i: value i of sub-block j), 128 bytes of nibbles as in Q4_K;
// value = d*scale*q - dmin*min.
#include "quant/codecs.h"
#include "quant/superblock.h"

namespace q3l {

void decode_q5_k(const uint8_t* blocks, float* x, size_t n) {
  for (size_t b = 0; b < n / 256; ++b, blocks += 176, x += 256) {
    float d = load_half(blocks), dmin = load_half(blocks + 2);
    const uint8_t* fifth = blocks + 16;
    for (int j = 0; j < 8; ++j) {
      int scale, min;
      unpack_scale_min(blocks + 4, j, &scale, &min);
      float step = d * static_cast<float>(scale), offset = dmin * static_cast<float>(min);
      const uint8_t* nibbles = blocks + 48 + 32 * (j / 2);
      for (int i = 0; i < 32; ++i) {
        int q = (nibbles[i] >> 4 * (j & 1) & 15) | (fifth[i] >> j & 1) << 4;
        x[32 * j + i] = step * static_cast<float>(q) - offset;
      }
    }
  }
}

void encode_q5_k(const float* x, uint8_t* blocks, size_t n) {
  for (size_t b = 0; b < n / 256; ++b, blocks += 176, x += 256) {
    uint8_t q[256];
    encode_scale_min_superblock(x, 31, blocks, q);
    std::memset(blocks + 16, 0, 160);
    for (int i = 0; i < 256; ++i) {
      int j = i / 32, k = i % 32;
      blocks[16 + k] = static_cast<uint8_t>(blocks[16 + k] | q[i] >> 4 << j);
      uint8_t* nibble = blocks + 48 + 32 * (j / 2) + k;
      *nibble = static_cast<uint8_t>(*nibble | (q[i] & 15) << 4 * (j & 1));
    }
  }
}

}  // namespace q3l
