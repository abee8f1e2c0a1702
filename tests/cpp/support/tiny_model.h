// A seeded random model of any small shape as a GGUF file: what the transformer needs, and a
// byte-level vocabulary for the engine.
#pragma once

#include "support/gguf_builder.h"

namespace q3l::testing {

struct TinyModel {
  std::string architecture = "qwen3";  // or "llama", "qwen2", "qwen3moe"
  std::string format = "F32";          // of the matrices; rows are whole numbers of its blocks
  int n_layer = 2;
  int n_embd = 160;
  int n_head = 4, n_head_kv = 2, head_dim = 40;
  int n_ff = 224;
  int n_vocab = 270;         // at least 262
  bool calls_tools = false;  // it has the tags of tool calls
  bool tied = false;
  float sharpness = 1;  // factor of the logits, unless tied
  int n_ctx_train = 2048;
  float yarn_factor = 0;  // that the file asks for; 0: it asks for nothing
  int n_expert = 0, n_expert_used = 0, n_ff_expert = 96;  // "qwen3moe": of every second layer
};

GgufBuilder tiny_model(const TinyModel& shape, uint64_t seed = 1);

}  // namespace q3l::testing
