// What the CPU and the operating system offer. The only code that asks either.
#pragma once

#include <cstdint>

namespace q3l {

enum class CpuFeature : uint64_t {
  avx2 = 1 << 0,
  fma = 1 << 1,
  f16c = 1 << 2,
  avx512f = 1 << 3,
  avx512bw = 1 << 4,
  avx512dq = 1 << 5,
  avx512vl = 1 << 6,
  avx512vnni = 1 << 7,
  avxvnni = 1 << 8,
  avx512bf16 = 1 << 9,
  amx_tile = 1 << 10,
  amx_bf16 = 1 << 11,
};

// The features that the CPU has and the operating system lets programs use, as a mask.
uint64_t cpu_features();

// Cores that this process may keep busy: physical cores in its affinity mask, at most its cgroup's
// quota, at least 1.
int usable_cores();

}  // namespace q3l
