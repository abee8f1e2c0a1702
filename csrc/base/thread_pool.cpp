#include "base/thread_pool.h"

#include <algorithm>

namespace q3l {

namespace {

constexpr uint64_t kGeneration = uint64_t{1} << 32;
// About 50 microseconds: longer than the gap between two matrix products, shorter than a sleep is
// worth saving.
constexpr int kSpins = 2000;

inline void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

ThreadPool::ThreadPool(int n_threads) {
  for (int worker = 1; worker < n_threads; ++worker) {
    workers_.start([this, worker] { work(worker); });
  }
}

void ThreadPool::stop() {
  stopping_ = true;
  open_ += kGeneration;
  open_.notify_all();
}

bool ThreadPool::take_chunk(int worker) {
  uint64_t open = open_.load(std::memory_order_acquire);
  do {
    if (static_cast<uint32_t>(open) == 0) return false;
  } while (!open_.compare_exchange_weak(open, open - 1, std::memory_order_acq_rel));
  const int left = static_cast<int>(static_cast<uint32_t>(open));
  const int n_chunks = (job_.n + job_.chunk - 1) / job_.chunk;
  const int begin = (n_chunks - left) * job_.chunk;
  job_.call(job_.context, worker, begin, std::min(begin + job_.chunk, job_.n));
  unfinished_.fetch_sub(1, std::memory_order_release);
  return true;
}

void ThreadPool::run(const Job& job) {
  if (job.n <= 0) return;
  const int n_chunks = (job.n + job.chunk - 1) / job.chunk;
  if (size() == 1 || n_chunks == 1) {
    for (int begin = 0; begin < job.n; begin += job.chunk) {
      job.call(job.context, 0, begin, std::min(begin + job.chunk, job.n));
    }
    return;
  }
  job_ = job;
  unfinished_.store(n_chunks, std::memory_order_relaxed);
  const uint64_t generation =
      (open_.load(std::memory_order_relaxed) / kGeneration + 1) * kGeneration;
  open_.store(generation + static_cast<uint64_t>(n_chunks), std::memory_order_release);
  open_.notify_all();
  while (take_chunk(0)) {
  }
  for (int spin = 0; unfinished_.load(std::memory_order_acquire) > 0; ++spin) {
    if (spin < kSpins)
      pause();
    else
      std::this_thread::yield();
  }
}

void ThreadPool::work(int worker) {
  while (!stopping_.load(std::memory_order_acquire)) {
    if (take_chunk(worker)) continue;
    const uint64_t seen = open_.load(std::memory_order_acquire);
    int spin = 0;
    while (open_.load(std::memory_order_relaxed) == seen && ++spin < kSpins) pause();
    if (spin == kSpins && static_cast<uint32_t>(seen) == 0 && !stopping_) open_.wait(seen);
  }
}

}  // namespace q3l
