// Uninitialised bytes aligned to a cache line, for packed inputs, scratch and cache pages. Memory
// is taken from the system page by page as it is first written; large buffers ask for huge pages:
// what strides through them misses the TLB at every row else.
#pragma once

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

namespace q3l {

class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(size_t bytes) : data_(allocate(bytes), {bytes}), bytes_(bytes) {}

  // Grows to at least `bytes`; what was there is lost when it does.
  void reserve(size_t bytes) {
    if (bytes > bytes_) *this = AlignedBuffer(bytes);
  }

  uint8_t* data() const { return data_.get(); }
  float* floats() const { return reinterpret_cast<float*>(data_.get()); }
  size_t size() const { return bytes_; }

 private:
  static constexpr size_t kHugePage = size_t{2} << 20;

  static std::align_val_t alignment(size_t bytes) {
    return std::align_val_t{bytes < kHugePage ? 64 : kHugePage};
  }
  struct Deleter {
    size_t bytes;
    void operator()(uint8_t* p) const { ::operator delete(p, alignment(bytes)); }
  };
  static uint8_t* allocate(size_t bytes) {
    auto* p = static_cast<uint8_t*>(::operator new(bytes, alignment(bytes)));
#if defined(__linux__)
    if (bytes >= kHugePage) madvise(p, bytes, MADV_HUGEPAGE);  // a hint: failing is no error
#endif
    return p;
  }

  std::unique_ptr<uint8_t, Deleter> data_;
  size_t bytes_ = 0;
};

}  // namespace q3l
