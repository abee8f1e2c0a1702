// Chooses the next token from logits. The same parameters and seed give the same tokens.
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <vector>

namespace q3l {

struct SamplerParams {
  float temperature = 0;  // 0: the likeliest token
  int top_k = 0;          // only the k likeliest; 0: all
  float top_p = 1;        // the likeliest tokens whose probabilities add up to p
  float min_p = 0;        // only tokens at least this fraction as probable as the likeliest
  uint64_t seed = 0;
};

class Sampler {
 public:
  // Throws InvalidArgumentError, naming the parameter, for one out of range.
  explicit Sampler(const SamplerParams& params);

  // Filters apply in the order temperature, top-k, top-p, min-p, as in transformers.
  int32_t sample(std::span<const float> logits);

 private:
  struct Candidate {
    float value;  // logit, then probability
    int32_t id;
  };

  void keep_likeliest(std::span<const float> logits);

  SamplerParams params_;
  std::mt19937_64 random_;
  std::vector<Candidate> candidates_;
};

}  // namespace q3l
