// FNV-1a (64 bits) over words of eight bytes: tells any change of one word, at the speed of memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace q3l {

class Checksum {
 public:
  // Bytes that fill no word are followed by zeros.
  void add(const void* data, size_t n) {
    const auto* p = static_cast<const uint8_t*>(data);
    for (size_t i = 0; i < n; i += sizeof(uint64_t)) {
      uint64_t word = 0;
      std::memcpy(&word, p + i, std::min(sizeof word, n - i));
      value_ = (value_ ^ word) * 0x100000001b3;
    }
  }
  uint64_t value() const { return value_; }

 private:
  uint64_t value_ = 0xcbf29ce484222325;
};

}  // namespace q3l
