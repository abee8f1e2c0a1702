// Worker threads that live as long as the pool and share loops by chunks taken one by one, so that
// slow or interrupted cores take fewer. Workers spin briefly for the next loop, then sleep.
// REQUIRES: one thread at a time calls for_chunks.
#pragma once

#include <atomic>
#include <cstdint>
#include <type_traits>

#include "base/threads.h"

namespace q3l {

class ThreadPool {
 public:
  // n_threads counts the calling thread. Throws OverloadedError where there are not so many.
  explicit ThreadPool(int n_threads);
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int size() const { return workers_.size() + 1; }

  // Calls body(worker, begin, end) for every chunk of [0, n), each at most `chunk` long and
  // starting at a multiple of it, on all threads, and returns when all are done. 0 <= worker <
  // size(). The body must not throw.
  template <class Body>
  void for_chunks(int n, int chunk, Body&& body) {
    using Function = std::remove_reference_t<Body>;
    run({[](void* context, int worker, int begin, int end) {
           (*static_cast<Function*>(context))(worker, begin, end);
         },
         const_cast<void*>(static_cast<const void*>(&body)), n, chunk});
  }

 private:
  struct Job {
    void (*call)(void* context, int worker, int begin, int end);
    void* context;
    int n, chunk;
  };

  void stop();
  void run(const Job& job);
  void work(int worker);
  bool take_chunk(int worker);

  Job job_{};
  // Generation of the job in the high half, chunks not yet taken in the low: whoever takes one
  // under a generation may read job_, which changes only when all its chunks are done.
  std::atomic<uint64_t> open_{0};
  std::atomic<int> unfinished_{0};
  std::atomic<bool> stopping_{false};
  Threads workers_{[this] { stop(); }};
};

}  // namespace q3l
