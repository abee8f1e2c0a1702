// The tokens that top-k, top-p and min-p leave to draw from, and the mass of each.
#pragma once

#include "sampler/logit_blocks.h"
#include "sampler/params.h"

namespace q3l {

// 1 / temperature, but no infinity.
float scale_of(float temperature);

class Shortlist {
 public:
  // Replaces the list. Filters apply in the order temperature, top-k, top-p, min-p, as in
  // transformers. REQUIRES: temperature above 0, and one filter at least.
  void choose(LogitBlocks& blocks, const SamplerParams& params);

  std::span<const Candidate> tokens() const { return tokens_; }  // in no certain order
  Mass mass() const;
  // The token at which the running sum of masses, likeliest tokens first, exceeds `mass`.
  // REQUIRES: mass below their sum.
  int32_t at(Mass mass);

 private:
  void collect_mass(LogitBlocks& blocks, float temperature, double wanted);
  void keep_mass(double wanted);
  size_t n_reaching(Mass mass);

  std::vector<Candidate> tokens_;
};

}  // namespace q3l
