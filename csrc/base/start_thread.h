// Threads that may fail to start as anything else may: where a group of processes or a user has no
// more of them.
#pragma once

#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "base/error.h"

namespace q3l {

// Throws OverloadedError.
template <class F>
std::thread start_thread(F&& body) {
  try {
    return std::thread(std::forward<F>(body));
  } catch (const std::system_error& error) {
    throw OverloadedError("cannot start a thread (" + error.code().message() +
                          "); take fewer, or raise the limit of processes");
  }
}

}  // namespace q3l
