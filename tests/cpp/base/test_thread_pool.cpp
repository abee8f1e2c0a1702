// Also the program that the thread sanitizer is to see: it fails on races that counts cannot show.
#include "base/thread_pool.h"

#include <doctest/doctest.h>

#include <chrono>

namespace q3l {

namespace {

// How often each of [0, n) was handed out; -1 for a chunk or worker out of range.
std::vector<int> visits(ThreadPool& pool, int n, int chunk) {
  std::vector<int> counts(static_cast<size_t>(n), 0);
  std::atomic<bool> in_range{true};
  pool.for_chunks(n, chunk, [&](int worker, int begin, int end) {
    const bool valid = worker >= 0 && worker < pool.size() && begin >= 0 && begin < end &&
                       end <= n && begin % chunk == 0 && end - begin <= chunk;
    if (!valid) {
      in_range = false;
      return;
    }
    for (int i = begin; i < end; ++i) ++counts[static_cast<size_t>(i)];
  });
  if (!in_range) counts.assign(counts.size(), -1);
  return counts;
}

}  // namespace

TEST_CASE("every chunk is handed out once") {
  for (int n_threads : {1, 2, 3, 8}) {
    CAPTURE(n_threads);
    ThreadPool pool(n_threads);
    REQUIRE(pool.size() == n_threads);
    for (int n : {0, 1, 2, 7, 64, 1000}) {
      for (int chunk : {1, 3, 64, 5000}) {
        CAPTURE(n);
        CAPTURE(chunk);
        CHECK(visits(pool, n, chunk) == std::vector<int>(static_cast<size_t>(n), 1));
      }
    }
  }
}

TEST_CASE("a negative count is no work") {
  ThreadPool pool(2);
  pool.for_chunks(-3, 1, [](int, int, int) { FAIL("there is nothing to do"); });
}

TEST_CASE("many short loops, each of which sees what the one before wrote") {
  for (int n_threads : {2, 4}) {
    ThreadPool pool(n_threads);
    std::vector<int64_t> values(37, 0);
    constexpr int kLoops = 20000;
    for (int loop = 0; loop < kLoops; ++loop) {
      // Plain reads of neighbours: another loop's writes must have been finished and be seen.
      const std::vector<int64_t> before = values;
      pool.for_chunks(37, 1 + loop % 5, [&](int, int begin, int end) {
        for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
          values[i] = before[i] + 1;
        }
      });
    }
    CHECK(values == std::vector<int64_t>(37, kLoops));
  }
}

TEST_CASE("one worker's number is used by one thread at a time") {
  ThreadPool pool(4);
  std::vector<std::atomic<int>> inside(4);
  std::atomic<bool> shared{false};
  pool.for_chunks(2000, 1, [&](int worker, int, int) {
    std::atomic<int>& mine = inside[static_cast<size_t>(worker)];
    if (++mine > 1) shared = true;
    for (int spin = 0; spin < 50; ++spin) std::atomic_signal_fence(std::memory_order_seq_cst);
    --mine;
  });
  CHECK(!shared);
}

TEST_CASE("several threads take part in a long loop") {
  ThreadPool pool(2);
  std::vector<std::atomic<int>> chunks(2);
  pool.for_chunks(40, 1, [&](int worker, int, int) {
    ++chunks[static_cast<size_t>(worker)];
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  });
  CHECK(chunks[0] > 0);
  CHECK(chunks[1] > 0);
}

TEST_CASE("pools end at any time: unused, just used, asleep") {
  for (int i = 0; i < 200; ++i) ThreadPool unused(3);
  for (int i = 0; i < 200; ++i) {
    ThreadPool used(3);
    CHECK(visits(used, 10, 1) == std::vector<int>(10, 1));
  }
  ThreadPool asleep(3);
  CHECK(visits(asleep, 10, 1) == std::vector<int>(10, 1));
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(visits(asleep, 10, 1) == std::vector<int>(10, 1));
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

TEST_CASE("threads end with an object that is never finished") {
  struct Owner {
    explicit Owner(std::atomic<int>& ended) {
      for (int i = 0; i < 3; ++i) {
        threads.start([this, &ended] {
          is_stopping.wait(false);
          ++ended;
        });
      }
      throw OverloadedError("no more");
    }
    std::atomic<bool> is_stopping = false;
    Threads threads{[this] {
      is_stopping = true;
      is_stopping.notify_all();
    }};
  };
  std::atomic<int> ended = 0;
  CHECK_THROWS_AS(Owner{ended}, OverloadedError);
  CHECK(ended == 3);
}

}  // namespace q3l
