// Threads that end with the object whose last member they are, also where its constructor throws
// once some of them run. They may fail to start as anything else may: a user or a group of
// processes may have no more of them.
#pragma once

#include <functional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"

namespace q3l {

class Threads {
 public:
  // `stop` has all of them return; it is called once.
  explicit Threads(std::function<void()> stop) : stop_(std::move(stop)) {}
  ~Threads() {
    stop_();
    for (std::thread& thread : threads_) thread.join();
  }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

  // Throws OverloadedError where there is no room for another one.
  template <class F>
  void start(F&& body) {
    try {
      threads_.emplace_back(std::forward<F>(body));
    } catch (const std::system_error& error) {
      throw OverloadedError("cannot start a thread (" + error.code().message() +
                            "); take fewer, or raise the limit of processes");
    }
  }
  int size() const { return static_cast<int>(threads_.size()); }

 private:
  std::function<void()> stop_;
  std::vector<std::thread> threads_;
};

}  // namespace q3l
