// How fast memory can be read: the limit of decoding, which reads every weight once a token.
#pragma once

#include <cstdint>
#include <span>

#include "base/thread_pool.h"

namespace q3l {

// Bytes per second at which the pool's threads read `bytes` and do nothing else, the best of three
// passes. Meaningful for much more memory than the caches hold.
double read_bandwidth(std::span<const uint8_t> bytes, ThreadPool& pool);

}  // namespace q3l
