// Q4_K's and Q5_K's header: half d, half dmin, eight 6-bit scales and minima in twelve bytes (their
// layout: quant/superblock.h), taken apart four at a time.
#pragma once

inline void unpack_scales_and_mins(const uint8_t* p, SuperScales* out) {
  uint32_t low, mid, top;
  std::memcpy(&low, p + 4, 4);
  std::memcpy(&mid, p + 8, 4);
  std::memcpy(&top, p + 12, 4);
  const uint32_t high_scales = (top & 0x0f0f0f0f) | (low >> 2 & 0x30303030);
  const uint32_t high_mins = (top >> 4 & 0x0f0f0f0f) | (mid >> 2 & 0x30303030);
  const uint64_t scales = (low & 0x3f3f3f3f) | static_cast<uint64_t>(high_scales) << 32;
  const uint64_t mins = (mid & 0x3f3f3f3f) | static_cast<uint64_t>(high_mins) << 32;
  store_scaled(out->scale, scales, splat_half(p));
  store_scaled(out->min, mins, mul(splat_half(p + 2), splat(-1.0f)));
}
