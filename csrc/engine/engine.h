// A model file made ready to run: mapped, checked, with its tokenizer, executor and scheduler.
// Opening it reads metadata only; weights come from the page cache as they are first used.
#pragma once

#include <memory>
#include <string>

#include "engine/cached_experts.h"
#include "engine/draft_model.h"
#include "engine/expert_packs.h"
#include "engine/idle_sequences.h"
#include "engine/options.h"
#include "engine/read_ahead.h"
#include "engine/scheduler.h"
#include "gguf/reader.h"
#include "model/transformer.h"
#include "tokenizer/tokenizer.h"

namespace q3l {

class Engine {
 public:
  // `path`: a GGUF file. Throws FileError, ModelFormatError, UnsupportedModelError, or
  // InvalidArgumentError for options out of range.
  Engine(const std::string& path, const EngineOptions& options);

  const gguf::Reader& file() const { return file_; }
  const Config& config() const { return model_.config(); }
  const Transformer& model() const { return model_; }
  const Tokenizer& tokenizer() const { return tokenizer_; }
  Executor& executor() { return executor_; }
  Scheduler& scheduler() { return scheduler_; }
  IdleSequences& idle_sequences() { return idle_sequences_; }
  const Scheduler& scheduler() const { return scheduler_; }
  ExpertPacks& experts() { return experts_; }
  const ExpertCache* expert_cache() const { return expert_cache_.get(); }

 private:
  gguf::Reader file_;
  Transformer model_;
  std::unique_ptr<ExpertCache> expert_cache_;  // or none
  ReadAhead read_ahead_;
  Tokenizer tokenizer_;
  Executor executor_;
  ExpertPacks experts_;
  IdleSequences idle_sequences_;
  std::unique_ptr<DraftModel> draft_model_;
  Scheduler scheduler_;
};

}  // namespace q3l
