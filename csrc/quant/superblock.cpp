#include "quant/superblock.h"

#include "quant/codecs.h"

namespace q3l {

void encode_scale_min_superblock(const float* x, int levels, uint8_t* header, uint8_t* q) {
  ScaleMin fit[8];
  float max_scale = 0, max_min = 0;
  for (int j = 0; j < 8; ++j) {
    fit[j] = fit_scale_min(x + 32 * j, levels);
    max_scale = std::max(max_scale, fit[j].scale);
    max_min = std::max(max_min, fit[j].min);
  }
  std::memset(header, 0, 16);
  store_half(header, max_scale / 63);
  store_half(header + 2, max_min / 63);
  float d = load_half(header), dmin = load_half(header + 2);
  for (int j = 0; j < 8; ++j) {
    auto six_bits = [](float v, float unit) {
      return unit > 0 ? std::clamp(static_cast<int>(std::lround(v / unit)), 0, 63) : 0;
    };
    int scale = six_bits(fit[j].scale, d), min = six_bits(fit[j].min, dmin);
    pack_scale_min(header + 4, j, scale, min);
    float step = d * static_cast<float>(scale), offset = dmin * static_cast<float>(min);
    for (int i = 32 * j; i < 32 * (j + 1); ++i) {
      long level = step > 0 ? std::lround((x[i] + offset) / step) : 0;
      q[i] = static_cast<uint8_t>(std::clamp(level, 0l, static_cast<long>(levels)));
    }
  }
}

}  // namespace q3l
