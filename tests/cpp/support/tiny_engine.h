// An engine with a tiny model, and tokens to feed it.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "engine/generation.h"
#include "support/temp_file.h"
#include "support/tiny_model.h"

namespace q3l::testing {

struct TinyEngine {
  explicit TinyEngine(const EngineOptions& options = {.n_threads = 2, .n_ctx = 128},
                      const TinyModel& shape = {.format = "Q8_0"})
      : file(tiny_model(shape).bytes()), engine(file.path(), options) {}

  TempFile file;
  Engine engine;
};

// Ordinary tokens, the same for the same seed.
inline std::vector<int32_t> random_ids(int n, int seed) {
  std::mt19937 random(static_cast<uint32_t>(seed));
  std::vector<int32_t> ids;
  for (int i = 0; i < n; ++i) ids.push_back(static_cast<int32_t>(random() % 250));
  return ids;
}

// What a generation comes to.
inline std::vector<int32_t> complete(Generation generation) {
  while (generation.next()) {
  }
  return generation.tokens();
}

// Sampling that never ends a text, whatever an instruction set makes of random weights.
inline SamplerParams endless(const Engine& engine) {
  SamplerParams params;
  for (int32_t id : engine.tokenizer().specials()) params.logit_bias.emplace_back(id, -1e6f);
  return params;
}

}  // namespace q3l::testing
