// Q4_K's and Q5_K's header: half d, half dmin, eight 6-bit scales and minima in twelve bytes (their
// layout: quant/superblock.h), taken apart four at a time.
#pragma once

// Eight bytes in order.
inline uint64_t split_scales(const uint8_t* p) {
  uint32_t low, top;
  std::memcpy(&low, p + 4, 4);
  std::memcpy(&top, p + 12, 4);
  const uint32_t high = (top & 0x0f0f0f0f) | (low >> 2 & 0x30303030);
  return (low & 0x3f3f3f3f) | static_cast<uint64_t>(high) << 32;
}
inline uint64_t split_mins(const uint8_t* p) {
  uint32_t mid, top;
  std::memcpy(&mid, p + 8, 4);
  std::memcpy(&top, p + 12, 4);
  const uint32_t high = (top >> 4 & 0x0f0f0f0f) | (mid >> 2 & 0x30303030);
  return (mid & 0x3f3f3f3f) | static_cast<uint64_t>(high) << 32;
}

inline void unpack_scales_and_mins(const uint8_t* p, SuperScales* out) {
  store_scaled(out->scale, split_scales(p), splat_half(p));
  store_scaled(out->min, split_mins(p), mul(splat_half(p + 2), splat(-1.0f)));
}

inline WholeScales unpack_whole_scales(const uint8_t* p) {
  WholeScales out;
  const uint64_t scales = split_scales(p);
  std::memcpy(out.scale, &scales, sizeof out.scale);
  out.unit = first_lane(splat_half(p));
  return out;
}
