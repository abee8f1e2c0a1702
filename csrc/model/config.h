// What a model file says about its architecture, and nothing derived from weights or from use.
#pragma once

#include <string>

#include "gguf/reader.h"

namespace q3l {

enum class RopeLayout {
  neox,         // rotates dimension i with i + n_rot / 2
  interleaved,  // rotates dimension 2i with 2i + 1
};

struct RopeConfig {
  RopeLayout layout;
  int n_rot;      // dimensions of a head that rotate
  double theta;   // base of the frequencies
  double factor;  // by which positions are stretched
  // YaRN stretches some frequencies only. yarn_mix 0: it stretches all of them.
  double yarn_mix;
  double beta_fast, beta_slow;  // turns over the original context: from where, to where
  double n_ctx_original;        // positions before stretching
  double attn_factor;           // of the rotated values, on top of YaRN's own
};

struct RouterConfig {
  int n_expert;
  int n_used;        // experts a row, the likeliest
  bool renormalise;  // the used experts' probabilities are scaled to add up to 1
  float scale;       // factor of all weights
};

struct Config {
  std::string architecture;  // general.architecture, a row of the table in config.cpp
  std::string name;          // general.name, may be empty
  int n_layer;               // blocks
  int n_embd;                // width of the residual stream
  int n_head;                // query heads
  int n_head_kv;             // key/value heads; n_head / n_head_kv query heads share one
  int head_dim;              // values per head
  int n_ff;                  // width of the dense feed-forward network
  int n_vocab;               // rows of the embedding, at least the tokenizer's tokens
  int n_ctx_train;           // positions seen in training
  float rms_epsilon;
  RopeConfig rope;
  bool qk_norm;         // RMS norm of each query and key head before rotation
  RouterConfig router;  // of layers with experts; n_expert 0 where there are none
};

// Throws UnsupportedModelError for an architecture or rope scaling that there is no code for, and
// ModelFormatError, naming the key, for a missing or impossible value.
Config read_config(const gguf::Reader& file);

}  // namespace q3l
