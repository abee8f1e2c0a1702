// A second model of the same vocabulary, so much smaller that what it guesses costs less than it
// saves.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/executor.h"
#include "gguf/reader.h"
#include "model/transformer.h"

namespace q3l {

class DraftModel {
 public:
  // Of the file at `path`, for the model of `file`. Throws as Engine does, and InvalidArgumentError
  // where the vocabularies differ.
  DraftModel(const std::string& path, const gguf::Reader& file, const EngineOptions& options);

  Executor& executor() { return executor_; }
  double seconds_a_guess() const { return seconds_; }  // lately; 0 before the first

 private:
  friend class ModelDrafter;

  void learn(double seconds);

  gguf::Reader file_;
  Transformer model_;
  Executor executor_;
  std::vector<float> logits_, weights_;
  double seconds_ = 0;
};

// Guesses one sequence's next tokens.
class ModelDrafter {
 public:
  // REQUIRES: the model outlives it, and no two of its drafters guess at once.
  explicit ModelDrafter(DraftModel& model);

  // The tokens, at most `most`, that the model finds likeliest after `tokens`, as far as it is
  // sure.
  // Valid until the next call.
  std::span<const int32_t> guess(std::span<const int32_t> tokens, int most);

 private:
  void follow(std::span<const int32_t> tokens);
  int32_t likeliest(double* probability) const;

  DraftModel& model_;
  Sequence sequence_;
};

}  // namespace q3l
