#include "engine/memory_plan.h"

#include <algorithm>

#include "base/cpu_info.h"
#include "base/error.h"
#include "model/kv_cache.h"
#include "model/scratch.h"

namespace q3l {

namespace {

constexpr uint64_t kProgram = 4 << 20;  // stacks, buffers that grow with nothing, what is small
constexpr uint64_t kTokenBytes =
    48;  // of each token: tables, and the heap that reading them leaves
constexpr uint64_t kSequencePosition = 20;  // tokens, and where they were seen last

// Of the file's experts, 0 where it has none.
int expert_width(const gguf::Reader& file) {
  for (const gguf::Tensor& t : file.tensors()) {
    if (t.name.ends_with(".ffn_gate_exps.weight")) return static_cast<int>(t.shape[1]);
  }
  return 0;
}

}  // namespace

MemoryPlan plan_memory(const gguf::Reader& file, const Config& config,
                       const EngineOptions& options) {
  check_range(options);
  const int n_threads = options.n_threads > 0 ? options.n_threads : usable_cores();
  const auto n_ctx = static_cast<uint64_t>(options.n_ctx);
  const auto n_vocab = static_cast<uint64_t>(config.n_vocab);
  const auto n_logit_rows = 1 + static_cast<uint64_t>(options.max_draft);
  const auto n_pages = static_cast<uint64_t>(pages_for(options.n_ctx)) + 1;
  const int n_rows = std::max(std::min(options.prompt_chunk, options.n_ctx), 1 + options.max_draft);
  return {file.file_bytes(), n_pages * KvCache(config, options.kv_type).page_bytes(),
          kProgram + kTokenBytes * n_vocab + kSequencePosition * n_ctx +
              n_logit_rows * n_vocab * sizeof(float) +
              Scratch::bytes(config, expert_width(file), kernels(), n_threads, n_rows),
          options.expert_cache};
}

namespace {

constexpr int kHalvings = 5;     // of a step
constexpr int kLeastChunk = 16;  // tokens of a prompt in a step
constexpr int kLeastContext = kPagePositions;
constexpr uint64_t kWorkShare = 3;  // of a limit, at most so large a part is first tried for steps

// A type of cache, and the shortest context for which it is taken.
struct Candidate {
  KvType type;
  int least;
};

// The most exact first, as long as the context is worth having.
std::vector<Candidate> candidates(const Config& config, const EngineOptions& options, Asked asked) {
  constexpr int kWorthHaving = 512;
  const int most = options.n_ctx;
  const auto least = [&](int n) { return asked.n_ctx ? most : std::min(n, most); };
  if (asked.kv_type || !can_cache(KvType::q4_0, config)) {
    return {{options.kv_type, least(kLeastContext)}};
  }
  return {{options.kv_type, most},
          {KvType::q8_0, least(kWorthHaving)},
          {KvType::q4_0, least(kLeastContext)}};
}

// Steps halve together: prompts' tokens, and guesses.
EngineOptions with_steps(EngineOptions options, const EngineOptions& most, Asked asked, int n) {
  options.prompt_chunk = std::max(std::min(most.prompt_chunk, kLeastChunk), most.prompt_chunk >> n);
  if (!asked.max_draft) options.max_draft = most.max_draft >> n;
  return options;
}

std::string megabytes(uint64_t bytes) {
  return std::to_string((bytes + (1 << 20) - 1) >> 20) + "M";
}

}  // namespace

EngineOptions fit_memory(const gguf::Reader& file, const Config& config,
                         const EngineOptions& options, Asked asked, uint64_t limit) {
  const auto plan = [&](const EngineOptions& o) { return plan_memory(file, config, o); };
  EngineOptions o = options;
  for (const Candidate& candidate : candidates(config, options, asked)) {
    o.kv_type = candidate.type;
    for (int n = 0; n <= kHalvings; ++n) {
      o.n_ctx = candidate.least;
      o = with_steps(o, options, asked, n);
      if (n < kHalvings && plan(o).work_bytes > limit / kWorkShare) continue;
      if (plan(o).anonymous() > limit) continue;
      // From the longest context down: a plan is a matter of microseconds.
      for (o.n_ctx = options.n_ctx; o.n_ctx > candidate.least && plan(o).anonymous() > limit;) {
        o.n_ctx = std::max(candidate.least, o.n_ctx - kPagePositions);
      }
      o.kv_bytes = plan(o).cache_bytes;
      return o;
    }
  }
  throw InvalidArgumentError(file.path() + " does not run in " + megabytes(limit) +
                             " of memory beside the file's own; the least limit is " +
                             megabytes(plan(o).anonymous()) +
                             (asked.n_ctx || asked.kv_type || asked.max_draft
                                  ? ", or less with a shorter context or a smaller cache type"
                                  : ""));
}

}  // namespace q3l
