#include "engine/memory_plan.h"

#include <algorithm>

#include "base/cpu_info.h"
#include "model/kv_cache.h"
#include "model/scratch.h"

namespace q3l {

namespace {

constexpr uint64_t kProgram = 8 << 20;      // code, stacks and what is small
constexpr uint64_t kTokenBytes = 48;        // of the tokenizer's tables, for each token
constexpr uint64_t kSequencePosition = 20;  // tokens, and where they were seen last

}  // namespace

MemoryPlan plan_memory(const gguf::Reader& file, const Config& config,
                       const EngineOptions& options) {
  const int n_threads = options.n_threads > 0 ? options.n_threads : usable_cores();
  const auto n_ctx = static_cast<uint64_t>(options.n_ctx);
  const auto n_vocab = static_cast<uint64_t>(config.n_vocab);
  const auto n_logit_rows = 1 + static_cast<uint64_t>(options.max_draft);
  const auto n_pages = static_cast<uint64_t>(pages_for(options.n_ctx)) + 1;
  const int n_rows = std::min(options.prompt_chunk, options.n_ctx);
  return {file.file_bytes(), n_pages * KvCache(config, options.kv_type).page_bytes(),
          kProgram + kTokenBytes * n_vocab + kSequencePosition * n_ctx +
              n_logit_rows * n_vocab * sizeof(float) +
              Scratch::bytes(config, kernels(), n_threads, n_rows)};
}

}  // namespace q3l
