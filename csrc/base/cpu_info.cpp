#include "base/cpu_info.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>
#include <string>

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace q3l {

#if defined(__x86_64__)
namespace {

// Linux gives the tile registers, 8 KB a thread, to processes that ask for them.
bool tiles_allowed() {
  constexpr long kRequestPermission = 0x1023, kTileData = 18;  // ARCH_REQ_XCOMP_PERM
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

// Features newer than the compiler's own check. `known` is what that found: vector registers that
// are in it are saved by the operating system, whose word on tiles is its permission.
uint64_t newer_features(uint64_t known) {
  unsigned a, b, c, d, a1 = 0;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
  const unsigned last_subleaf = a, d0 = d;
  if (last_subleaf >= 1) __get_cpuid_count(7, 1, &a1, &b, &c, &d);
  auto has = [&](CpuFeature f) { return (known & static_cast<uint64_t>(f)) != 0; };
  auto feature = [](bool there, CpuFeature f) { return there ? static_cast<uint64_t>(f) : 0; };
  const bool tiles = (d0 >> 24 & 1) && tiles_allowed();
  return feature(has(CpuFeature::avx2) && (a1 >> 4 & 1), CpuFeature::avxvnni) |
         feature(has(CpuFeature::avx512f) && (a1 >> 5 & 1), CpuFeature::avx512bf16) |
         feature(tiles, CpuFeature::amx_tile) |
         feature(tiles && (d0 >> 22 & 1), CpuFeature::amx_bf16);
}

}  // namespace
#endif

uint64_t cpu_features() {
  uint64_t mask = 0;
#if defined(__x86_64__)
  // The compiler's run-time check reads XCR0 as well, so a feature counts only if the OS saves its
  // registers.
  __builtin_cpu_init();
#define Q3L_FEATURE(name) \
  if (__builtin_cpu_supports(#name)) mask |= static_cast<uint64_t>(CpuFeature::name)
  Q3L_FEATURE(avx2);
  Q3L_FEATURE(fma);
  Q3L_FEATURE(f16c);
  Q3L_FEATURE(avx512f);
  Q3L_FEATURE(avx512bw);
  Q3L_FEATURE(avx512dq);
  Q3L_FEATURE(avx512vl);
  Q3L_FEATURE(avx512vnni);
#undef Q3L_FEATURE
  mask |= newer_features(mask);
#endif
  return mask;
}

namespace {

// CPUs per second and period of a cgroup's bandwidth limit, or infinity where there is none.
double cgroup_quota() {
  std::string quota;
  double period = 0;
  if (std::ifstream v2("/sys/fs/cgroup/cpu.max"); v2 >> quota >> period && quota != "max") {
    return std::stod(quota) / period;
  }
  double v1_quota = 0;
  std::ifstream v1("/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
  std::ifstream v1_period("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
  if (v1 >> v1_quota && v1_period >> period && v1_quota > 0 && period > 0) return v1_quota / period;
  return INFINITY;
}

}  // namespace

int usable_cores() {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return 1;
  // CPUs that share a core name the same set of siblings.
  std::set<std::string> cores;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &allowed)) continue;
    std::string siblings = std::to_string(cpu);
    std::ifstream("/sys/devices/system/cpu/cpu" + siblings + "/topology/thread_siblings_list") >>
        siblings;
    cores.insert(siblings);
  }
  double limit = std::max(
      1.0, std::min<double>(static_cast<double>(cores.size()), std::floor(cgroup_quota())));
  return static_cast<int>(limit);
}

}  // namespace q3l
