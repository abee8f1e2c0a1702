// What a request changes of single tokens' logits: bias, and penalties for tokens seen before. Only
// those tokens are touched.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sampler/params.h"

namespace q3l {

class Adjustments {
 public:
  // REQUIRES: all ids are in the vocabulary.
  Adjustments(const SamplerParams& params, std::span<const int32_t> prompt);

  // Bias first, then penalties: repetition, frequency, presence. False where nothing is changed.
  bool apply(std::span<float> logits);
  // The logit of a token before the last apply().
  float raw(int32_t id, std::span<const float> logits) const;
  void generated(int32_t id);

 private:
  struct Token {
    int32_t id;
    int32_t n_generated = 0;
    bool seen = false;  // in the prompt, or generated
    float bias = 0;
    float raw = 0;
  };

  std::vector<Token>::iterator find(int32_t id);

  float repetition_penalty_, frequency_penalty_, presence_penalty_;
  bool counts_;
  std::vector<Token> tokens_;  // by id
};

}  // namespace q3l
