// Chooses the tokens of one sequence from its logits. The same parameters and seed give the same
// tokens, whatever the instruction set.
#pragma once

#include <random>

#include "sampler/adjustments.h"
#include "sampler/logit_blocks.h"
#include "sampler/params.h"
#include "sampler/shortlist.h"

namespace q3l {

struct TokenLogprob {
  int32_t id;
  float logprob;
};

// Log-probabilities are the model's own: of its logits as they came, before bias, penalties, mask
// and temperature.
struct Sampled {
  int32_t id;
  float logprob = 0;                             // 0 where none were asked for
  std::span<const TokenLogprob> likeliest = {};  // in descending order; until the next call
};

// Of a mask over so many tokens.
constexpr size_t mask_words(int n_vocab) {
  return (static_cast<size_t>(n_vocab) + 31) / 32;
}

class Sampler {
 public:
  // Tokens of the prompt count for the repetition penalty only. Throws InvalidArgumentError, naming
  // the parameter, for one out of range. REQUIRES: the prompt's ids are below n_vocab.
  Sampler(const SamplerParams& params, int n_vocab, std::span<const int32_t> prompt = {});

  // Changes the logits in the order bias, penalties, mask, in place; then draws one token by
  // temperature, top-k, top-p and min-p, which from then on counts as generated. Bit i % 32 of word
  // i / 32 of `mask` allows token i; without a mask all are. Throws InvalidArgumentError for a mask
  // that is too short or allows nothing, Error when no allowed token's logit is finite.
  // REQUIRES: n_vocab logits.
  Sampled sample(std::span<float> logits, std::span<const uint32_t> mask = {});

 private:
  int32_t draw();
  Mass random_mass(Mass total);
  void rank(size_t n);

  SamplerParams params_;
  std::mt19937_64 random_;
  Adjustments adjustments_;
  LogitBlocks blocks_;
  Shortlist shortlist_;
  double log_total_ = 0;           // of the exponentials of the model's logits
  std::vector<Candidate> ranked_;  // by the model's logits
  std::vector<TokenLogprob> likeliest_;
};

}  // namespace q3l
