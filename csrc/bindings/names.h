// Names by which Python chooses among enumerators.
#pragma once

#include <string>

#include "base/error.h"
#include "engine/options.h"
#include "kernels/kernel_set.h"

namespace q3l {

inline Role role_named(const std::string& name) {
  if (name == "prompt") return Role::prompt;
  if (name == "generated") return Role::generated;
  throw InvalidArgumentError("role is 'prompt' or 'generated', not " + quoted(name));
}

inline KvType kv_type_named(const std::string& name) {
  if (const auto type = find_kv_type(name)) return *type;
  throw InvalidArgumentError(std::string("kv_type is ") + kKvTypeNames + ", not " + quoted(name));
}

}  // namespace q3l
