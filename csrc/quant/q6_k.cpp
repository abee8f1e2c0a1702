// Superblock: 128 bytes of low nibbles, 64 bytes of top bit pairs, 16 signed scales (one per 16
// values), half d; value = d*scale*(q - 32). Each half of 128 values is four runs of 32: runs 0 and
// 1 in the low nibbles of its 64 bytes, runs 2 and 3 in the high; top bits of run r at bit 2r.
#include <algorithm>
#include <cmath>

#include "quant/codecs.h"

namespace q3l {

void decode_q6_k(const uint8_t* blocks, float* x, size_t n) {
  for (size_t b = 0; b < n / 256; ++b, blocks += 210, x += 256) {
    float d = load_half(blocks + 208);
    for (int i = 0; i < 256; ++i) {
      int half = i / 128, run = i / 32 % 4, k = i % 32;
      int low = blocks[64 * half + 32 * (run & 1) + k] >> 4 * (run >> 1) & 15;
      int high = blocks[128 + 32 * half + k] >> 2 * run & 3;
      int scale = static_cast<int8_t>(blocks[192 + i / 16]);
      x[i] = d * static_cast<float>(scale) * static_cast<float>((low | high << 4) - 32);
    }
  }
}

namespace {

// The scale whose rounding to [-32, 31] fits 16 values best in the least-squares sense, tried
// around the one that maps the extreme value to the end of the range.
float fit_scale(const float* x) {
  float extreme = 0;
  for (int i = 0; i < 16; ++i) extreme = std::fabs(x[i]) > std::fabs(extreme) ? x[i] : extreme;
  if (std::fabs(extreme) < 1e-15f) return 0;
  float best = 0, best_gain = 0;
  for (int step = -9; step <= 9; ++step) {
    float inverse = -(32 + 0.1f * static_cast<float>(step)) / extreme;
    float sqx = 0, sqq = 0;
    for (int i = 0; i < 16; ++i) {
      float q = std::clamp(std::round(x[i] * inverse), -32.0f, 31.0f);
      sqx += q * x[i];
      sqq += q * q;
    }
    // With scale sqx / sqq the squared error is |x|^2 - sqx^2 / sqq.
    if (sqq > 0 && sqx * sqx > best_gain * sqq) {
      best_gain = sqx * sqx / sqq;
      best = sqx / sqq;
    }
  }
  return best;
}

}  // namespace

void encode_q6_k(const float* x, uint8_t* blocks, size_t n) {
  for (size_t b = 0; b < n / 256; ++b, blocks += 210, x += 256) {
    float scales[16], extreme = 0;
    for (int j = 0; j < 16; ++j) {
      scales[j] = fit_scale(x + 16 * j);
      if (std::fabs(scales[j]) > std::fabs(extreme)) extreme = scales[j];
    }
    std::memset(blocks, 0, 210);
    store_half(blocks + 208, extreme / -128);
    float d = load_half(blocks + 208);
    for (int j = 0; j < 16 && d != 0; ++j) {
      int scale = std::min(127, static_cast<int>(std::lround(scales[j] / d)));
      blocks[192 + j] = static_cast<uint8_t>(static_cast<int8_t>(scale));
    }
    for (int i = 0; i < 256; ++i) {
      float step = d * static_cast<float>(static_cast<int8_t>(blocks[192 + i / 16]));
      long q = step != 0 ? std::clamp(std::lround(x[i] / step), -32l, 31l) + 32 : 32;
      int half = i / 128, run = i / 32 % 4, k = i % 32;
      uint8_t* low = blocks + 64 * half + 32 * (run & 1) + k;
      uint8_t* high = blocks + 128 + 32 * half + k;
      *low = static_cast<uint8_t>(*low | (q & 15) << 4 * (run >> 1));
      *high = static_cast<uint8_t>(*high | q >> 4 << 2 * run);
    }
  }
}

}  // namespace q3l
