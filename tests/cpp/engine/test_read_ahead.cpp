#include "engine/read_ahead.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "support/tiny_engine.h"

namespace q3l {

namespace {

// Shares of the file's pages that are in memory.
double share_there(const FileMap& file) {
  const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  std::vector<unsigned char> is_there((file.size() + page - 1) / page);
  REQUIRE(::mincore(const_cast<uint8_t*>(file.data()), file.size(), is_there.data()) == 0);
  const auto n = std::ranges::count_if(is_there, [](auto byte) { return byte & 1; });
  return static_cast<double>(n) / static_cast<double>(is_there.size());
}

void drop_from_memory(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY);
  REQUIRE(fd >= 0);
  ::fdatasync(fd);
  ::posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
  ::close(fd);
}

}  // namespace

TEST_CASE("weights that are on disk come into memory before anything reads them") {
  const testing::TempFile file(
      testing::tiny_model({.n_layer = 8, .n_embd = 512, .n_ff = 2048}).bytes());
  drop_from_memory(file.path());
  const gguf::Reader reader(file.path());
  const double before = share_there(reader.files().front());
  if (before > 0.9) {
    MESSAGE("this file system keeps files in memory: nothing to read ahead");
    return;
  }
  const ReadAhead read_ahead(reader);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (share_there(reader.files().front()) < 1 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  CHECK(share_there(reader.files().front()) == 1);
}

}  // namespace q3l
