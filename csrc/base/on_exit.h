// Calls a function at the end of a block, however that is left.
#pragma once

#include <utility>

namespace q3l {

template <class F>
class OnExit {
 public:
  OnExit(F f) : f_(std::move(f)) {}
  ~OnExit() { f_(); }
  OnExit(const OnExit&) = delete;
  OnExit& operator=(const OnExit&) = delete;

 private:
  F f_;
};

}  // namespace q3l
