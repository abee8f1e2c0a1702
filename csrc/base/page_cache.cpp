#include "base/page_cache.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "base/error.h"
#include "base/file_map.h"

namespace q3l {

namespace {

bool has_cached_pages(const FileMap& file) {
  const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  std::vector<unsigned char> cached((file.size() + page - 1) / page);
  if (::mincore(const_cast<uint8_t*>(file.data()), file.size(), cached.data()) != 0) return true;
  return std::any_of(cached.begin(), cached.end(), [](unsigned char c) { return c & 1; });
}

}  // namespace

bool drop_cached_pages(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw FileError("cannot open " + path + ": " + std::strerror(errno));
  ::fsync(fd);
  ::posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
  ::close(fd);
  return !has_cached_pages(FileMap(path));
}

}  // namespace q3l
