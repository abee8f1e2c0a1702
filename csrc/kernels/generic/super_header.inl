// A superblock's header in plain integers, four scales or minima at a time, for any vectors.
#pragma once

using BlockValues = uint64_t;  // a byte each

inline void store_bytes(uint8_t* p, BlockValues a) {
  std::memcpy(p, &a, sizeof a);
}

#include "kernels/generic/super_scales.inl"

inline SuperHeader load_super_header(const uint8_t* p) {
  auto word = [p](int i) {
    uint32_t four;
    std::memcpy(&four, p + i, sizeof four);
    return four;
  };
  auto eight = [](uint32_t first, uint32_t nibbles) {
    const uint32_t second = (nibbles & 0x0f0f0f0f) | (first >> 2 & 0x30303030);
    return (first & 0x3f3f3f3f) | static_cast<uint64_t>(second) << 32;
  };
  return {eight(word(4), word(12)), eight(word(8), word(12) >> 4), splat_half(p),
          splat_half(p + 2)};
}
