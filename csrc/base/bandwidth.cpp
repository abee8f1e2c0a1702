#include "base/bandwidth.h"

#include <algorithm>
#include <chrono>
#include <cstring>

namespace q3l {

namespace {

constexpr size_t kChunkBytes = size_t{1} << 20, kLineBytes = 64;

// A word of every cache line: lines come whole, and wider loads than every CPU has would be needed
// to take all their words as fast.
uint64_t touch_lines(std::span<const uint8_t> bytes) {
  uint64_t sum = 0;
  for (size_t i = 0; i + sizeof sum <= bytes.size(); i += kLineBytes) {
    uint64_t word;
    std::memcpy(&word, bytes.data() + i, sizeof word);
    sum += word;
  }
  return sum;
}

}  // namespace

double read_bandwidth(std::span<const uint8_t> bytes, ThreadPool& pool) {
  using Clock = std::chrono::steady_clock;
  const int n_chunks = static_cast<int>((bytes.size() + kChunkBytes - 1) / kChunkBytes);
  std::atomic<uint64_t> sink{0};  // or the compiler reads nothing
  double best = 0;
  for (int pass = 0; pass < 3; ++pass) {
    const Clock::time_point start = Clock::now();
    pool.for_chunks(n_chunks, 1, [&](int, int chunk, int) {
      const size_t begin = static_cast<size_t>(chunk) * kChunkBytes;
      sink += touch_lines(bytes.subspan(begin, std::min(kChunkBytes, bytes.size() - begin)));
    });
    const std::chrono::duration<double> elapsed = Clock::now() - start;
    best = std::max(best, static_cast<double>(bytes.size()) / elapsed.count());
  }
  return best;
}

}  // namespace q3l
