#include "kernels/dispatch.h"

#include <cstdlib>

#include "base/cpu_info.h"
#include "base/error.h"

// From the build's table of instruction sets: the declarations of their sets, and kRows.
#include "generated/isa_rows.inc"

namespace q3l {

namespace {

bool has(uint64_t features, CpuFeature feature) {
  return features & static_cast<uint64_t>(feature);
}

bool supported(const IsaRow& row) {
  const uint64_t features = cpu_features();
  for (const NeededFeature& need : row.needs) {
    if (need.name && !has(features, need.feature)) return false;
  }
  return true;
}

}  // namespace

std::vector<IsaStatus> isa_statuses() {
  const uint64_t features = cpu_features();
  std::vector<IsaStatus> statuses;
  for (const IsaRow& row : kRows) {
    IsaStatus& status = statuses.emplace_back(IsaStatus{row.name, {}, {}});
    for (const NeededFeature& need : row.needs) {
      if (!need.name) break;
      (has(features, need.feature) ? status.found : status.missing).push_back(need.name);
    }
  }
  return statuses;
}

std::vector<std::string> available_isas() {
  std::vector<std::string> names;
  for (const IsaRow& row : kRows) {
    if (supported(row)) names.push_back(row.name);
  }
  return names;
}

Kernels select_kernels(std::string_view highest) {
  Kernels chosen;
  for (const IsaRow& row : kRows) {
    if (!supported(row)) continue;
    chosen.isa = row.name;
    for (int family = 0; family < kFamilies; ++family) {
      if (row.families[family]) chosen.families[family] = row.families[family]();
    }
    if (row.ops) chosen.ops = row.ops();
    if (row.name == highest) return chosen;
  }
  if (highest.empty()) return chosen;
  std::string known;
  for (const std::string& name : available_isas()) known += (known.empty() ? "" : ", ") + name;
  throw InvalidArgumentError("no instruction set '" + std::string(highest) +
                             "' (Q3L_ISA) on this machine; there are " + known);
}

const Kernels& kernels() {
  static const Kernels chosen = [] {
    const char* cap = std::getenv("Q3L_ISA");
    return select_kernels(cap ? cap : "");
  }();
  return chosen;
}

}  // namespace q3l
