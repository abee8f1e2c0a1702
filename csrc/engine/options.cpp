#include "engine/options.h"

#include "base/error.h"

namespace q3l {

const char* name_of(KvType type) {
  switch (type) {
    case KvType::f32:
      return "f32";
    case KvType::f16:
      return "f16";
    case KvType::q8_0:
      return "q8_0";
    case KvType::q4_0:
      break;
  }
  return "q4_0";
}

KvType kv_type_named(const std::string& name) {
  for (KvType type : kAllKvTypes) {
    if (name == name_of(type)) return type;
  }
  throw InvalidArgumentError("kv_type is f32, f16, q8_0 or q4_0, not " + quoted(name));
}

}  // namespace q3l
