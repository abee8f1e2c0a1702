#include "engine/engine.h"

#include <algorithm>

#include "base/cpu_info.h"
#include "base/error.h"
#include "engine/memory_plan.h"
#include "engine/vocabulary.h"

namespace q3l {

namespace {

const EngineOptions& checked(const EngineOptions& options, const Config& config) {
  check_range(options);
  if (!can_cache(options.kv_type, config)) {
    throw InvalidArgumentError("a quantised cache wants heads of whole blocks of " +
                               std::to_string(kKvBlock) + " values; this model's have " +
                               std::to_string(config.head_dim) + ": take kv_type f16");
  }
  return options;
}

// Pages of the cache: what was asked for, or a share of the memory that there is.
int cache_pages(const Config& config, const EngineOptions& options) {
  constexpr uint64_t kShare = 4, kMostPages = 1 << 24;
  const uint64_t page_bytes = KvCache(config, options.kv_type).page_bytes();
  const auto one_sequence = static_cast<uint64_t>(pages_for(options.n_ctx)) + 1;
  if (options.kv_bytes > 0 && options.kv_bytes < page_bytes) {
    throw InvalidArgumentError("kv_bytes must be at least " + std::to_string(page_bytes) +
                               ", a page of 64 positions");
  }
  const uint64_t n = options.kv_bytes > 0
                         ? options.kv_bytes / page_bytes
                         : std::max(one_sequence, memory_info().usable() / kShare / page_bytes);
  return static_cast<int>(std::min(n, kMostPages));
}

// What the file may have of the memory that there is, beside what runs it.
uint64_t room_for_file(const gguf::Reader& file, const Config& config,
                       const EngineOptions& options) {
  const uint64_t usable = memory_info().usable();
  return usable - std::min(usable, plan_memory(file, config, options).anonymous());
}

std::unique_ptr<DraftModel> draft_model(const gguf::Reader& file, const EngineOptions& options) {
  if (options.draft_model.empty() || options.max_draft == 0) return nullptr;
  return std::make_unique<DraftModel>(options.draft_model, file, options);
}

}  // namespace

Engine::Engine(const std::string& path, const EngineOptions& options)
    : file_(path),
      model_(file_),
      expert_cache_(options.expert_cache > 0 ? cache_experts(file_, model_, options.expert_cache)
                                             : nullptr),
      read_ahead_(file_, room_for_file(file_, model_.config(), checked(options, model_.config())),
                  expert_cache_ == nullptr),
      tokenizer_(read_vocabulary(file_)),
      executor_(model_, options, cache_pages(model_.config(), options)),
      experts_(file_, model_, executor_),
      idle_sequences_(executor_.cache()),
      draft_model_(draft_model(file_, options)),
      scheduler_(executor_, options, draft_model_.get()) {
  for (const std::string& pack : options.expert_packs) experts_.load(pack);
  if (read_ahead_.streams()) {
    model_.before_layers([this](int layer, size_t at) {
      read_ahead_.reach(layer < config().n_layer ? layer : ReadAhead::kHead, at);
    });
  }
  if (tokenizer_.n_vocab() > config().n_vocab) {
    throw ModelFormatError(path + " has " + std::to_string(tokenizer_.n_vocab()) +
                           " tokens but embeds only " + std::to_string(config().n_vocab) +
                           "; convert the model again");
  }
}

}  // namespace q3l
