// What the formats of 256-value superblocks share: Q4_K's and Q5_K's twelve bytes of 6-bit scales
// and minima, and the least-squares search for a group's scale.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace q3l {

// Scale and minimum of sub-block j (0..7), each 6 bits: the first four lie in the low bits of bytes
// 0-3 and 4-7; the last four have their low nibbles in bytes 8-11, their top bits above the others.
inline void unpack_scale_min(const uint8_t* packed, int j, int* scale, int* min) {
  if (j < 4) {
    *scale = packed[j] & 63;
    *min = packed[j + 4] & 63;
  } else {
    *scale = (packed[j + 4] & 15) | packed[j - 4] >> 6 << 4;
    *min = packed[j + 4] >> 4 | packed[j] >> 6 << 4;
  }
}

inline void pack_scale_min(uint8_t* packed, int j, int scale, int min) {
  auto byte = [](int v) { return static_cast<uint8_t>(v); };
  if (j < 4) {
    packed[j] = byte(packed[j] | scale);
    packed[j + 4] = byte(packed[j + 4] | min);
  } else {
    packed[j + 4] = byte((scale & 15) | (min & 15) << 4);
    packed[j - 4] = byte(packed[j - 4] | scale >> 4 << 6);
    packed[j] = byte(packed[j] | min >> 4 << 6);
  }
}

struct ScaleMin {
  float scale, min;  // x ~ scale * q - min, with min >= 0
};

// Scale and minimum that fit q in [0, levels] to 32 values in the least-squares sense: start from
// the range, then alternate rounding and regression.
inline ScaleMin fit_scale_min(const float* x, int levels) {
  float lo = std::min(0.0f, *std::min_element(x, x + 32));
  float hi = *std::max_element(x, x + 32);
  ScaleMin best{std::max(0.0f, hi - lo) / static_cast<float>(levels), -lo};
  float best_error = INFINITY;
  ScaleMin trial = best;
  for (int round = 0; round < 6 && trial.scale > 0; ++round) {
    float n = 32, sq = 0, sqq = 0, sx = 0, sqx = 0, error = 0;
    for (int i = 0; i < 32; ++i) {
      float q = std::clamp(std::round((x[i] + trial.min) / trial.scale), 0.0f,
                           static_cast<float>(levels));
      float miss = trial.scale * q - trial.min - x[i];
      error += miss * miss;
      sq += q;
      sqq += q * q;
      sx += x[i];
      sqx += q * x[i];
    }
    if (error < best_error) {
      best_error = error;
      best = trial;
    }
    float determinant = n * sqq - sq * sq;
    if (determinant <= 0) break;
    trial.scale = (n * sqx - sq * sx) / determinant;
    trial.min = -(sx - trial.scale * sq) / n;
    if (trial.min < 0) trial = {sqx / sqq, 0};
  }
  return best;
}

// One superblock of Q4_K (levels 15) or Q5_K (levels 31): writes d, dmin and the packed scales to
// `header` (16 bytes) as halves and bytes, and the 256 quants to q.
void encode_scale_min_superblock(const float* x, int levels, uint8_t* header, uint8_t* q);

}  // namespace q3l
