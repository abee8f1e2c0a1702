// What the CPU and the operating system offer. The only code that asks either.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

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
  amx_int8 = 1 << 12,
  asimd = 1 << 13,  // ARM's names, as /proc/cpuinfo has them
  asimddp = 1 << 14,
  i8mm = 1 << 15,
  v128 = 1 << 16,  // RISC-V's vectors, of so many bits at least
  v256 = 1 << 17,
  v512 = 1 << 18,
  lsx = 1 << 19,  // LoongArch's
  lasx = 1 << 20,
  zvfhmin = 1 << 21,  // RISC-V's, of vectors of halves
  gfni = 1 << 22,
};

// The features that the CPU has and the operating system lets programs use, as a mask.
uint64_t cpu_features();

struct CoreCounts {
  int n_threads;   // hardware threads that are on line
  int n_physical;  // cores that they belong to
  int n_allowed;   // those of them in this process's affinity mask
  double quota;    // CPU seconds a second that its cgroup may take, or infinity
};

CoreCounts core_counts();

// Cores that this process may keep busy: those allowed, at most the quota, at least 1.
int usable_cores();

// As the operating system calls the CPU; empty where it does not.
std::string cpu_model();

struct CpuCache {
  int level;
  std::string type;  // "Data", "Instruction" or "Unified"
  size_t bytes;
  int n_sharing;  // hardware threads
};

// The first CPU's caches, innermost first; none where the operating system does not say.
std::vector<CpuCache> cpu_caches();

// How the operating system chooses the first CPU's clock; all empty where it does not.
struct ClockPolicy {
  std::string driver, governor, preference;
};

ClockPolicy clock_policy();

struct MemoryInfo {
  uint64_t total, available;  // bytes; available: without swapping, the page cache counts as free
  uint64_t limit;             // of this process's cgroup, UINT64_MAX where there is none

  uint64_t usable() const { return available < limit ? available : limit; }
};

MemoryInfo memory_info();

// Processes that ran or waited to run, on average over the last minute.
double load_average();

}  // namespace q3l
