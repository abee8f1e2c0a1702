#include "engine/options.h"

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

std::optional<KvType> find_kv_type(const std::string& name) {
  for (KvType type : kAllKvTypes) {
    if (name == name_of(type)) return type;
  }
  return std::nullopt;
}

}  // namespace q3l
