// Names by which Python chooses among enumerators.
#pragma once

#include <string>

#include "base/error.h"
#include "kernels/kernel_set.h"

namespace q3l {

inline Role role_named(const std::string& name) {
  if (name == "prompt") return Role::prompt;
  if (name == "generated") return Role::generated;
  throw InvalidArgumentError("role is 'prompt' or 'generated', not " + quoted(name));
}

inline KvType kv_type_named(const std::string& name) {
  if (name == "f32") return KvType::f32;
  if (name == "f16") return KvType::f16;
  throw InvalidArgumentError("kv_type is 'f32' or 'f16', not " + quoted(name));
}

}  // namespace q3l
