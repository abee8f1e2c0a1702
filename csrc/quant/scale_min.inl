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
  uint8_t six[16];
  std::memcpy(six, bytes, 16);
  uint16_t h[2];
  std::memcpy(h, p, 4);
  const float d = half_to_float(h[0]), minus_dmin = -half_to_float(h[1]);
  for (int j = 0; j < 8; ++j) out->scale[j] = d * static_cast<float>(six[j]);
  for (int j = 0; j < 8; ++j) out->min[j] = minus_dmin * static_cast<float>(six[8 + j]);
}
