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

std::optional<KvType> find_kv_type(const std::string& name) {
  for (KvType type : kAllKvTypes) {
    if (name == name_of(type)) return type;
  }
  return std::nullopt;
}

void check_range(const EngineOptions& options) {
  constexpr int kMostThreads = 1024, kMany = 1 << 30;
  check_between("n_threads", options.n_threads, 0, kMostThreads);
  check_between("n_ctx", options.n_ctx, 1, kMostContext);
  check_between("max_batch", options.max_batch, 1, kMany);
  check_between("max_queue", options.max_queue, 1, kMany);
  check_between("max_draft", options.max_draft, 0, kMostDraft);
  check_between("prompt_chunk", options.prompt_chunk, 1, kMany);
}

}  // namespace q3l
