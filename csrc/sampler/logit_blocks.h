// A row of logits, read once: the largest of each block tells where the likely tokens are, so that
// finding some of them reads few blocks. INVARIANT: results are the same with every `ops`.
// REQUIRES: the row stays as it is until the next read().
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "kernels/kernel_set.h"

namespace q3l {

// A token's probability relative to the likeliest's, in whole multiples of 2^-42, so that sums are
// exact and the same in any order. Those of two million equal tokens fit.
using Mass = int64_t;
inline constexpr float kFullMass = 0x1p42f;
inline constexpr float kMassless = 29.2f;  // temperatures below the largest logit no mass is left

struct Candidate {
  float logit;
  int32_t id;
  Mass mass = 0;
};

// Decides between equals by id, so that an order is the same everywhere.
inline bool likelier(const Candidate& a, const Candidate& b) {
  return a.logit != b.logit ? a.logit > b.logit : a.id < b.id;
}

class LogitBlocks {
 public:
  explicit LogitBlocks(const OpsSet& ops) : ops_(ops) {}

  void read(std::span<const float> logits);

  // -inf where no logit is a number above it.
  float largest() const { return largest_; }
  // The first of equals. REQUIRES: largest() is finite, as all that follows does.
  int32_t likeliest() const;

  // Replaces `out` by all tokens with logits of at least `floor`, or by the n likeliest of those.
  void collect(float floor, std::vector<Candidate>& out) const;
  void collect_likeliest(size_t n, float floor, std::vector<Candidate>& out);

  // Masses at a temperature of 1 / scale: of some tokens, or of all, whose sum is returned.
  void weigh(std::span<Candidate> tokens, float scale) const;
  Mass weigh(float scale);
  // The token at which the running sum of all masses exceeds `mass`, after weigh(scale).
  // REQUIRES: mass below their sum.
  int32_t at(Mass mass, float scale) const;

 private:
  std::span<const float> block(size_t i) const;

  const OpsSet& ops_;
  std::span<const float> logits_;
  float largest_ = -std::numeric_limits<float>::infinity();
  std::vector<float> maxima_;   // of each block
  std::vector<float> ordered_;  // the same, for a while
  std::vector<Mass> masses_;    // of each block
};

}  // namespace q3l
