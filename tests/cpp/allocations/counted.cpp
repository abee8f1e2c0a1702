#include "allocations/counted.h"

#include <malloc.h>

#include <cstdlib>
#include <new>

namespace {

void* counted(void* p) {
  ++allocations;
  if (!p) throw std::bad_alloc();
  bytes_in_use += malloc_usable_size(p);
  return p;
}

void release(void* p) {
  bytes_in_use -= malloc_usable_size(p);
  std::free(p);
}

}  // namespace

void* operator new(size_t size) {
  return counted(std::malloc(size));
}
void* operator new(size_t size, std::align_val_t alignment) {
  const auto unit = static_cast<size_t>(alignment);
  return counted(std::aligned_alloc(unit, (size + unit - 1) / unit * unit));
}
void operator delete(void* p) noexcept {
  release(p);
}
void operator delete(void* p, size_t) noexcept {
  release(p);
}
void operator delete(void* p, std::align_val_t) noexcept {
  release(p);
}
void operator delete(void* p, size_t, std::align_val_t) noexcept {
  release(p);
}
