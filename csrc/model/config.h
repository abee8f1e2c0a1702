// What a model file says about its architecture, and nothing derived from weights or from use.
#pragma once

#include <string>

#include "gguf/reader.h"

namespace q3l {

enum class RopeLayout {
  neox,         // rotates dimension i with i + n_rot / 2
  interleaved,  // rotates dimension 2i with 2i + 1
};

struct Config {
  std::string architecture;  // general.architecture: "qwen3", "llama"
  std::string name;          // general.name, may be empty
  int n_layer;               // blocks
  int n_embd;                // width of the residual stream
  int n_head;                // query heads
  int n_head_kv;             // key/value heads; n_head / n_head_kv query heads share one
  int head_dim;              // values per head
  int n_ff;                  // width of the feed-forward network
  int n_vocab;               // rows of the embedding, at least the tokenizer's tokens
  int n_ctx_train;           // positions seen in training
  float rms_epsilon;
  double rope_theta;   // base of the rotary frequencies
  double rope_factor;  // linear scaling: positions are divided by it
  int n_rot;           // dimensions of a head that rotate
  RopeLayout rope_layout;
  bool qk_norm;  // RMS norm of each query and key head before rotation
};

// Throws UnsupportedModelError for an architecture or rope scaling that there is no code for, and
// ModelFormatError, naming the key, for a missing or impossible value.
Config read_config(const gguf::Reader& file);

}  // namespace q3l
