#include "support/guarded_bytes.h"

#include <sys/mman.h>
#include <unistd.h>

#include <new>

namespace q3l::testing {

GuardedBytes::GuardedBytes(size_t size) {
  const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  const size_t readable = (size + page - 1) / page * page;
  mapped_ = readable + page;
  mapping_ = ::mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping_ == MAP_FAILED) throw std::bad_alloc();
  uint8_t* end = static_cast<uint8_t*>(mapping_) + readable;
  if (::mprotect(end, page, PROT_NONE) != 0) throw std::bad_alloc();
  data_ = end - size;
}

GuardedBytes::~GuardedBytes() {
  ::munmap(mapping_, mapped_);
}

}  // namespace q3l::testing
