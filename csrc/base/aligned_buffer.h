// Uninitialised bytes aligned to a cache line, for packed inputs, scratch and cache pages. Memory
// is taken from the system page by page as it is first written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

namespace q3l {

class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(size_t bytes) : data_(allocate(bytes)), bytes_(bytes) {}

  // Grows to at least `bytes`; what was there is lost when it does.
  void reserve(size_t bytes) {
    if (bytes > bytes_) *this = AlignedBuffer(bytes);
  }

  uint8_t* data() const { return data_.get(); }
  float* floats() const { return reinterpret_cast<float*>(data_.get()); }
  size_t size() const { return bytes_; }

 private:
  static constexpr std::align_val_t kAlignment{64};
  struct Deleter {
    void operator()(uint8_t* p) const { ::operator delete(p, kAlignment); }
  };
  static uint8_t* allocate(size_t bytes) {
    return static_cast<uint8_t*>(::operator new(bytes, kAlignment));
  }

  std::unique_ptr<uint8_t, Deleter> data_;
  size_t bytes_ = 0;
};

}  // namespace q3l
