#include "base/file_map.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "base/error.h"

namespace q3l {

namespace {

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

[[noreturn]] void fail(const std::string& path, const std::string& why) {
  throw FileError("cannot open " + path + ": " + why);
}

}  // namespace

FileMap::FileMap(const std::string& path) : path_(path) {
  Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  struct stat info;
  if (file.fd < 0 || ::fstat(file.fd, &info) != 0) fail(path, std::strerror(errno));
  if (!S_ISREG(info.st_mode)) fail(path, "it is not a regular file");
  if (info.st_size == 0) fail(path, "the file is empty");
  size_ = static_cast<size_t>(info.st_size);
  void* p = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, file.fd, 0);
  if (p == MAP_FAILED) fail(path, std::strerror(errno));
  data_ = static_cast<const uint8_t*>(p);
}

FileMap::~FileMap() {
  if (data_) ::munmap(const_cast<uint8_t*>(data_), size_);
}

FileMap::FileMap(FileMap&& other) noexcept
    : path_(std::move(other.path_)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

namespace {

size_t page_bytes() {
  static const auto bytes = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  return bytes;
}

}  // namespace

void read_ahead(std::span<const uint8_t> mapped) {
  const size_t page = page_bytes();
  const size_t before = reinterpret_cast<uintptr_t>(mapped.data()) % page;
  void* const from = const_cast<uint8_t*>(mapped.data()) - before;
  const size_t n = before + mapped.size();
  // Asking costs more than looking where all is there already.
  std::vector<unsigned char> is_there((n + page - 1) / page);
  const bool is_known = ::mincore(from, n, is_there.data()) == 0;
  if (is_known && std::ranges::all_of(is_there, [](auto byte) { return byte & 1; })) return;
  // The system reads ahead of faults in large pages, which are quicker to map ever after than those
  // that MADV_WILLNEED brings. Linux has known this since 5.14.
  constexpr int kPopulateRead = 22;
  if (::madvise(from, n, kPopulateRead) != 0) ::madvise(from, n, MADV_WILLNEED);
}

void let_go(std::span<const uint8_t> mapped) {
  // Whole pages alone: neighbours' bytes stay. MADV_PAGEOUT, which Linux has known since 5.4, is
  // quicker than reclaim, to which pages that were mapped and used look worth keeping.
  constexpr int kPageOut = 21;
  const size_t page = page_bytes();
  const size_t before = (page - reinterpret_cast<uintptr_t>(mapped.data()) % page) % page;
  if (mapped.size() < before + page) return;
  const size_t n = (mapped.size() - before) / page * page;
  ::madvise(const_cast<uint8_t*>(mapped.data()) + before, n, kPageOut);
}

}  // namespace q3l
