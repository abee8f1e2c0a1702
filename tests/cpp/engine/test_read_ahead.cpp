#include "engine/read_ahead.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <span>
#include <string>

#include "support/tiny_engine.h"

namespace q3l {

namespace {

// Share of the bytes' pages that are in memory.
double share_there(std::span<const uint8_t> bytes) {
  const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  const size_t before = reinterpret_cast<uintptr_t>(bytes.data()) % page;
  const size_t n = before + bytes.size();
  std::vector<unsigned char> is_there((n + page - 1) / page);
  REQUIRE(::mincore(const_cast<uint8_t*>(bytes.data()) - before, n, is_there.data()) == 0);
  const auto n_there = std::ranges::count_if(is_there, [](auto byte) { return byte & 1; });
  return static_cast<double>(n_there) / static_cast<double>(is_there.size());
}

void drop_from_memory(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY);
  REQUIRE(fd >= 0);
  ::fdatasync(fd);
  ::posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
  ::close(fd);
}

double share_there(const FileMap& file) {
  return share_there({file.data(), file.size()});
}

constexpr double kAll = 0.95;  // a page or two may be taken back at once

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
  const ReadAhead read_ahead(reader, reader.file_bytes());
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (share_there(reader.files().front()) < kAll &&
         std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  CHECK(share_there(reader.files().front()) >= kAll);
}

TEST_CASE(
    "of a file that memory has no room for, layers come before steps reach them and go after") {
  constexpr int kLayers = 12;
  const testing::TempFile file(
      testing::tiny_model({.n_layer = kLayers, .n_embd = 256, .n_ff = 1024}).bytes());
  drop_from_memory(file.path());
  const gguf::Reader reader(file.path());
  if (share_there(reader.files().front()) > 0.9) {
    MESSAGE("this file system keeps files in memory: nothing to read ahead");
    return;
  }
  const auto share_of = [&](int layer) {
    const auto* t = reader.find_tensor("blk." + std::to_string(layer) + ".ffn_up.weight");
    return share_there({t->data, t->bytes});
  };
  uint32_t sum = 0;
  const auto use = [&](int layer) {
    const auto* t = reader.find_tensor("blk." + std::to_string(layer) + ".ffn_up.weight");
    sum = std::accumulate(t->data, t->data + t->bytes, sum);
  };
  constexpr uint64_t kRoom = 24 << 20;  // of 45 MB: two layers stay, two are read ahead
  ReadAhead read_ahead(reader, kRoom);
  REQUIRE(read_ahead.streams());
  for (int step = 0; step < 3; ++step) {
    for (int layer = 0; layer < kLayers; ++layer) {
      read_ahead.reach(layer);
      CHECK(share_of(layer) >= kAll);
      use(layer);
    }
    CHECK(share_of(0) >= kAll);
    if (step == 1) continue;  // as a step does that wants no logits
    read_ahead.reach(ReadAhead::kHead);
    CHECK(share_there({reader.find_tensor("output_norm.weight")->data, 1}) == 1);
  }
  // Large pages that reach beyond a piece may stay.
  CHECK(share_there(reader.files().front()) < 0.98);
}

}  // namespace q3l
