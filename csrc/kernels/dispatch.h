// Chooses, once and at run time, the functions that this CPU runs best.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kernels/kernel_set.h"
#include "quant/format.h"

namespace q3l {

struct Kernels {
  std::string isa;  // the highest row in use
  FamilySet families[kFamilies];
  OpsSet ops;

  const Packing& packing(const Format& format, Role role) const {
    return families[static_cast<int>(format.family)].role[static_cast<int>(role)];
  }
};

// A row that this build has, and which of the features that it needs this machine has and lacks.
struct IsaStatus {
  std::string name;
  std::vector<std::string> found, missing;
};

// All rows of this build, lowest rank first.
std::vector<IsaStatus> isa_statuses();

// Rows that this build has and this CPU supports, lowest rank first; "scalar" is always there.
std::vector<std::string> available_isas();

// Overlays the available rows up to and including `highest`; an empty name means all of them.
// Throws InvalidArgumentError for a row that this build does not have or this CPU does not support.
Kernels select_kernels(std::string_view highest);

// What this process uses: all rows, capped by the environment variable Q3L_ISA. Decided once.
const Kernels& kernels();

}  // namespace q3l
