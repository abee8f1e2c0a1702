// Q4_K's and Q5_K's header: half d, half dmin, eight 6-bit scales and minima in twelve bytes (their
// layout: quant/superblock.h), taken apart four at a time.
#pragma once

inline void unpack_scales_and_mins(const uint8_t* p, SuperScales* out) {
  uint32_t low, mid, top, bytes[4];
  std::memcpy(&low, p + 4, 4);
  std::memcpy(&mid, p + 8, 4);
  std::memcpy(&top, p + 12, 4);
  bytes[0] = low & 0x3f3f3f3f;
  bytes[1] = (top & 0x0f0f0f0f) | (low >> 2 & 0x30303030);
  bytes[2] = mid & 0x3f3f3f3f;
  bytes[3] = (top >> 4 & 0x0f0f0f0f) | (mid >> 2 & 0x30303030);
  // Six bits are never negative, so they may be read as signed bytes; lanes beyond the eighth fall
  // into the unused ends of the arrays.
  alignas(16) uint8_t six[2][16] = {};
  std::memcpy(six[0], bytes, 8);
  std::memcpy(six[1], bytes + 2, 8);
  const F d = splat_half(p), minus_dmin = mul(splat_half(p + 2), splat(-1.0f));
  for (int j = 0; j < 8; j += kLanes) {
    store(out->scale + j, mul(load_i8(six[0] + j), d));
    store(out->min + j, mul(load_i8(six[1] + j), minus_dmin));
  }
}
