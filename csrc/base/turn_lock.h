// A mutex that serves who came first: a thread that locks it again at once waits its turn.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace q3l {

class TurnLock {
 public:
  void lock() {
    std::unique_lock lock(mutex_);
    const uint64_t turn = last_++;
    next_.wait(lock, [&] { return turn == served_; });
  }
  void unlock() {
    {
      std::lock_guard lock(mutex_);
      ++served_;
    }
    next_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable next_;
  uint64_t last_ = 0, served_ = 0;
};

}  // namespace q3l
