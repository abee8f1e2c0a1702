#include "base/cpu_info.h"

#include <sched.h>

#include <algorithm>
#include <climits>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string_view>

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#elif defined(__aarch64__) || defined(__loongarch64)
#include <sys/auxv.h>
#elif defined(__riscv)
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

// Registers that the operating system saves, as bits of XCR0.
uint64_t saved_registers(unsigned leaf_1_ecx) {
  if (!(leaf_1_ecx >> 27 & 1)) return 0;
  uint32_t low;
  asm volatile("xgetbv" : "=a"(low) : "c"(0) : "edx");
  return low;
}

// By the CPU's own word and not the compiler's run-time check, which not every compiler's library
// has: zig's says no to everything.
uint64_t x86_features() {
  unsigned a, b, c, d, features_1;
  if (!__get_cpuid(1, &a, &b, &features_1, &d)) return 0;
  unsigned a7 = 0, b7 = 0, c7 = 0, d7 = 0, a71 = 0;
  if (__get_cpuid_count(7, 0, &a7, &b7, &c7, &d7) && a7 >= 1) {
    __get_cpuid_count(7, 1, &a71, &b, &c, &d);
  }
  constexpr uint64_t kHalves = 0x6, kWholes = 0xe6;  // of vector registers: 256 and 512 bits
  const uint64_t saved = saved_registers(features_1);
  const bool halves = (saved & kHalves) == kHalves, wholes = (saved & kWholes) == kWholes;
  const bool tiles = (d7 >> 24 & 1) && tiles_allowed();
  uint64_t mask = 0;
  auto add = [&mask](bool usable, unsigned bits, int bit, CpuFeature feature) {
    if (usable && (bits >> bit & 1)) mask |= static_cast<uint64_t>(feature);
  };
  add(halves, features_1, 12, CpuFeature::fma);
  add(halves, features_1, 29, CpuFeature::f16c);
  add(halves, b7, 5, CpuFeature::avx2);
  add(halves, a71, 4, CpuFeature::avxvnni);
  add(wholes, b7, 16, CpuFeature::avx512f);
  add(wholes, b7, 17, CpuFeature::avx512dq);
  add(wholes, b7, 30, CpuFeature::avx512bw);
  add(wholes, b7, 31, CpuFeature::avx512vl);
  add(wholes, c7, 11, CpuFeature::avx512vnni);
  add(wholes, c7, 8, CpuFeature::gfni);
  add(wholes, a71, 5, CpuFeature::avx512bf16);
  add(tiles, d7, 24, CpuFeature::amx_tile);
  add(tiles, d7, 22, CpuFeature::amx_bf16);
  add(tiles, d7, 25, CpuFeature::amx_int8);
  return mask;
}

}  // namespace
#elif defined(__riscv)
namespace {

// Only the kernel's own call tells version 1 of the vector extension from what came before it.
uint64_t riscv_features() {
  struct {
    int64_t key;
    uint64_t value;
  } probe = {4, 0};  // RISCV_HWPROBE_KEY_IMA_EXT_0
  constexpr long kHwprobe = 258;
  constexpr uint64_t kVectors = 1 << 2;            // RISCV_HWPROBE_IMA_V
  constexpr uint64_t kHalves = uint64_t{3} << 30;  // RISCV_HWPROBE_EXT_ZVFH or _ZVFHMIN
  if (syscall(kHwprobe, &probe, 1, 0, nullptr, 0) != 0 || !(probe.value & kVectors)) return 0;
  long bytes;
  asm("csrr %0, 0xc22" : "=r"(bytes));  // vlenb, by its number: assemblers may not know the name
  uint64_t mask = 0;
  auto add = [&mask](bool has, CpuFeature feature) {
    if (has) mask |= static_cast<uint64_t>(feature);
  };
  add(bytes >= 16, CpuFeature::v128);
  add(bytes >= 32, CpuFeature::v256);
  add(bytes >= 64, CpuFeature::v512);
  add((probe.value & kHalves) != 0, CpuFeature::zvfhmin);
  return mask;
}

}  // namespace
#endif

uint64_t cpu_features() {
  uint64_t mask = 0;
#if defined(__x86_64__)
  mask = x86_features();
#elif defined(__aarch64__)
  const unsigned long has = getauxval(AT_HWCAP);
  if (has >> 1 & 1) mask |= static_cast<uint64_t>(CpuFeature::asimd);
  if (has >> 20 & 1) mask |= static_cast<uint64_t>(CpuFeature::asimddp);
  if (getauxval(AT_HWCAP2) >> 13 & 1) mask |= static_cast<uint64_t>(CpuFeature::i8mm);
#elif defined(__loongarch64)
  const unsigned long has = getauxval(AT_HWCAP);
  if (has >> 4 & 1) mask |= static_cast<uint64_t>(CpuFeature::lsx);
  if (has >> 5 & 1) mask |= static_cast<uint64_t>(CpuFeature::lasx);
#elif defined(__riscv)
  mask = riscv_features();
#endif
  return mask;
}

namespace {

constexpr const char* kCpus = "/sys/devices/system/cpu/";

// The file's first word; empty where there is no such file.
std::string word_of(const std::string& path) {
  std::string word;
  std::ifstream(path) >> word;
  return word;
}

// A line's value in a file of lines "key: value", as /proc has them.
std::string value_of(const std::string& path, std::string_view key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key)) continue;
    const size_t colon = line.find(':');
    const size_t begin = line.find_first_not_of(" \t", colon + 1);
    if (colon != std::string::npos && begin != std::string::npos) return line.substr(begin);
  }
  return "";
}

// The number behind the last that a list such as "0-3,8" names; any is behind an empty one's.
int end_of(const std::string& list) {
  if (list.empty()) return INT_MAX;
  const size_t before = list.find_last_of("-,");
  return std::atoi(list.c_str() + (before == list.npos ? 0 : before + 1)) + 1;
}

// How many numbers a list such as "0-3,8" names.
int count_of(const std::string& list) {
  int count = 0;
  std::istringstream parts(list);
  for (std::string part; std::getline(parts, part, ',');) {
    int first = 0, last = 0;
    const int n = std::sscanf(part.c_str(), "%d-%d", &first, &last);
    count += n == 2 ? last - first + 1 : n;
  }
  return count;
}

// Directories of this process's control group and its ancestors, whose limits all count.
// `controller` is empty for version 2. Some of them may not exist: containers see other roots.
std::vector<std::string> cgroups(const std::string& controller) {
  std::string root = "/sys/fs/cgroup", path;
  if (!controller.empty()) root += "/" + controller;
  std::ifstream file("/proc/self/cgroup");  // lines "id:controller,controller:/path"
  for (std::string line; std::getline(file, line);) {
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string names = "," + line.substr(first + 1, second - first - 1) + ",";
    if (names.find("," + controller + ",") != std::string::npos) path = line.substr(second + 1);
  }
  std::vector<std::string> directories{root};
  for (size_t end = path.find('/', 1); path.size() > 1; end = path.find('/', end + 1)) {
    directories.push_back(root + path.substr(0, end));
    if (end == std::string::npos) break;
  }
  return directories;
}

double cgroup_quota() {
  double quota = INFINITY, time = 0, period = 0;
  for (const std::string& group : cgroups("")) {
    if (std::ifstream(group + "/cpu.max") >> time >> period) quota = std::min(quota, time / period);
  }
  for (const std::string& group : cgroups("cpu")) {
    if (std::ifstream(group + "/cpu.cfs_quota_us") >> time && time > 0 &&
        std::ifstream(group + "/cpu.cfs_period_us") >> period && period > 0) {
      quota = std::min(quota, time / period);
    }
  }
  return quota;
}

uint64_t cgroup_memory() {
  constexpr uint64_t kNone = uint64_t{1} << 60;  // version 1 says a number beyond any memory
  uint64_t limit = UINT64_MAX, bytes = 0;
  for (const std::string& group : cgroups("")) {
    if (std::ifstream(group + "/memory.max") >> bytes) limit = std::min(limit, bytes);
  }
  for (const std::string& group : cgroups("memory")) {
    if (std::ifstream(group + "/memory.limit_in_bytes") >> bytes && bytes < kNone) {
      limit = std::min(limit, bytes);
    }
  }
  return limit;
}

}  // namespace

CoreCounts core_counts() {
  cpu_set_t allowed;
  const bool is_known = sched_getaffinity(0, sizeof allowed, &allowed) == 0;
  // CPUs that share a core name the same set of siblings.
  std::set<std::string> cores, allowed_cores;
  int n_threads = 0;
  const int n_possible = end_of(word_of(std::string(kCpus) + "possible"));
  for (int cpu = 0; cpu < std::min(n_possible, CPU_SETSIZE); ++cpu) {
    const bool is_allowed = is_known && CPU_ISSET(cpu, &allowed);
    std::string siblings =
        word_of(kCpus + ("cpu" + std::to_string(cpu)) + "/topology/thread_siblings_list");
    if (siblings.empty() && !is_allowed) continue;
    if (siblings.empty()) siblings = std::to_string(cpu);
    ++n_threads;
    cores.insert(siblings);
    if (is_allowed) allowed_cores.insert(siblings);
  }
  const auto at_least_one = [](size_t n) { return std::max(1, static_cast<int>(n)); };
  return {std::max(1, n_threads), at_least_one(cores.size()), at_least_one(allowed_cores.size()),
          cgroup_quota()};
}

int usable_cores() {
  const CoreCounts cores = core_counts();
  return static_cast<int>(std::max(1.0, std::min<double>(cores.n_allowed, cores.quota)));
}

std::string cpu_model() {
  // x86 and LoongArch; Arm boards name themselves; RISC-V.
  for (const char* key : {"model name", "Model Name", "Model", "uarch"}) {
    if (std::string name = value_of("/proc/cpuinfo", key); !name.empty()) return name;
  }
  return "";
}

std::vector<CpuCache> cpu_caches() {
  std::vector<CpuCache> caches;
  for (int i = 0;; ++i) {
    const std::string directory = kCpus + ("cpu0/cache/index" + std::to_string(i)) + "/";
    CpuCache cache{0, word_of(directory + "type"), 0,
                   count_of(word_of(directory + "shared_cpu_list"))};
    size_t kilobytes = 0;
    if (!(std::ifstream(directory + "level") >> cache.level) ||
        !(std::ifstream(directory + "size") >> kilobytes)) {
      return caches;
    }
    cache.bytes = kilobytes << 10;
    caches.push_back(cache);
  }
}

ClockPolicy clock_policy() {
  const std::string directory = std::string(kCpus) + "cpu0/cpufreq/";
  return {word_of(directory + "scaling_driver"), word_of(directory + "scaling_governor"),
          word_of(directory + "energy_performance_preference")};
}

MemoryInfo memory_info() {
  const auto bytes = [](std::string_view key) {  // "123 kB"
    return std::strtoull(value_of("/proc/meminfo", key).c_str(), nullptr, 10) << 10;
  };
  return {bytes("MemTotal"), bytes("MemAvailable"), cgroup_memory()};
}

double load_average() {
  double load = 0;
  return getloadavg(&load, 1) == 1 ? load : 0;
}

}  // namespace q3l
