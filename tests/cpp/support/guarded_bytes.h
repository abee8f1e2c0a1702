// Bytes that end where an unreadable page begins: reading one too many is a crash in every build.
#pragma once

#include <cstddef>
#include <cstdint>

namespace q3l::testing {

class GuardedBytes {
 public:
  explicit GuardedBytes(size_t size);
  ~GuardedBytes();
  GuardedBytes(const GuardedBytes&) = delete;
  GuardedBytes& operator=(const GuardedBytes&) = delete;

  uint8_t* data() const { return data_; }

 private:
  void* mapping_;
  size_t mapped_;
  uint8_t* data_;
};

}  // namespace q3l::testing
