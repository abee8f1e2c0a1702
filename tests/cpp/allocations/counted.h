// Every operator new of this program is counted, of any thread.
#pragma once

#include <atomic>
#include <cstddef>

inline std::atomic<int> allocations{0};
inline std::atomic<size_t> bytes_in_use{0};
