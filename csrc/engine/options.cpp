#include "engine/options.h"

#include "base/error.h"

namespace q3l {

namespace {

void check(const char* name, int value, int lowest, int highest) {
  if (value >= lowest && value <= highest) return;
  throw InvalidArgumentError(std::string(name) + " must be between " + std::to_string(lowest) +
                             " and " + std::to_string(highest) + ", not " + std::to_string(value));
}

}  // namespace

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
  check("n_threads", options.n_threads, 0, kMostThreads);
  check("n_ctx", options.n_ctx, 1, kMostContext);
  check("max_batch", options.max_batch, 1, kMany);
  check("max_queue", options.max_queue, 1, kMany);
  check("max_draft", options.max_draft, 0, kMostDraft);
  check("prompt_chunk", options.prompt_chunk, 1, kMany);
}

}  // namespace q3l
