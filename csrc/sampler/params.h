// How a request wants its tokens chosen.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace q3l {

struct SamplerParams {
  float temperature = 0;  // 0: the likeliest token
  int top_k = 0;          // only the k likeliest; 0: all
  float top_p = 1;        // the likeliest tokens whose probabilities add up to p
  float min_p = 0;        // only tokens at least this fraction as probable as the likeliest
  uint64_t seed = 0;
  // Divides positive logits, and multiplies others, of tokens in the prompt or generated.
  float repetition_penalty = 1;
  float frequency_penalty = 0;  // taken from a token's logit for each time that it was generated
  float presence_penalty = 0;   // taken once from logits of tokens generated
  std::vector<std::pair<int32_t, float>> logit_bias = {};  // added to the logits of these ids
  // How many of the likeliest tokens to report beside the chosen one; nothing: no
  // log-probabilities.
  std::optional<int> n_logprobs = {};
};

}  // namespace q3l
