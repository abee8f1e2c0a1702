#include "cli/interrupt.h"

#include <atomic>
#include <csignal>

namespace q3l::cli {

namespace {

std::atomic<bool> interrupted{false};

}  // namespace

void catch_interrupts() {
  std::signal(SIGINT, [](int) { interrupted = true; });
}

void forget_interrupt() {
  interrupted = false;
}

void poll_interrupt() {
  if (interrupted.exchange(false)) throw Interrupted{};
}

}  // namespace q3l::cli
