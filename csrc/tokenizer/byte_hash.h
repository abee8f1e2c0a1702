// Hashing of short byte strings: a few multiplications, inlined into the loops that build tables.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace q3l {

inline constexpr uint64_t kHashMultiplier = 0x9e3779b97f4a7c15;  // 2^64 / golden ratio

template <int kBytes>
uint64_t load_bytes(const char* p) {
  uint64_t value = 0;
  std::memcpy(&value, p, kBytes);
  return value;
}

// Use the high bits for a table's slot. Not meant to withstand chosen collisions.
inline uint64_t hash_bytes(std::string_view bytes) {
  const char* p = bytes.data();
  size_t n = bytes.size();
  uint64_t hash = n;
  auto mix = [&hash](uint64_t word) {
    hash = (hash ^ word) * kHashMultiplier;
    hash ^= hash >> 32;
  };
  for (; n > 8; p += 8, n -= 8) mix(load_bytes<8>(p));
  if (n >= 4) {
    mix(load_bytes<4>(p) | load_bytes<4>(p + n - 4) << 32);
  } else if (n > 0) {
    mix(load_bytes<1>(p) | load_bytes<1>(p + n / 2) << 8 | load_bytes<1>(p + n - 1) << 16);
  }
  return hash * kHashMultiplier;
}

}  // namespace q3l
