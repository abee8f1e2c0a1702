#include "sampler/sampler.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "base/error.h"
#include "kernels/dispatch.h"

namespace q3l {

namespace {

constexpr size_t kWordBits = 32;

void check(bool valid, const char* name, const char* range) {
  if (!valid) throw InvalidArgumentError(std::string(name) + " must be " + range);
}

SamplerParams checked(SamplerParams p, int n_vocab) {
  constexpr float kMostPenalty = 2;
  auto is_penalty = [](float x) { return std::fabs(x) <= kMostPenalty; };
  check(p.temperature >= 0 && std::isfinite(p.temperature), "temperature", "0 or more");
  check(p.top_k >= 0, "top_k", "0 (off) or more");
  check(p.top_p > 0 && p.top_p <= 1, "top_p", "above 0 and at most 1");
  check(p.min_p >= 0 && p.min_p <= 1, "min_p", "between 0 and 1");
  check(p.repetition_penalty > 0 && std::isfinite(p.repetition_penalty), "repetition_penalty",
        "above 0");
  check(is_penalty(p.frequency_penalty), "frequency_penalty", "between -2 and 2");
  check(is_penalty(p.presence_penalty), "presence_penalty", "between -2 and 2");
  for (auto [id, bias] : p.logit_bias) {
    check(std::isfinite(bias), "logit_bias", "finite");
    if (id >= 0 && id < n_vocab) continue;
    throw InvalidArgumentError("logit_bias names token id " + std::to_string(id) +
                               ", which is not in the vocabulary of " + std::to_string(n_vocab));
  }
  check(p.n_logprobs.value_or(0) >= 0, "logprobs", "0 (the chosen token's) or more");
  if (p.n_logprobs) p.n_logprobs = std::min(*p.n_logprobs, n_vocab);
  if (p.top_k >= n_vocab) p.top_k = 0;
  return p;
}

// One bit each, as no baseline CPU shifts its lanes by different amounts.
constexpr auto kBits = [] {
  std::array<uint32_t, kWordBits> bits{};
  for (size_t i = 0; i < kWordBits; ++i) bits[i] = 1u << i;
  return bits;
}();

void apply_word(uint32_t word, float* logits, size_t n) {
  constexpr float kNever = -std::numeric_limits<float>::infinity();
  for (size_t i = 0; i < n; ++i) logits[i] = word & kBits[i] ? logits[i] : kNever;
}

// Whether any token is left.
bool apply_mask(std::span<const uint32_t> mask, std::span<float> logits) {
  uint32_t any = 0;
  const size_t n_words = logits.size() / kWordBits, n_rest = logits.size() % kWordBits;
  for (size_t i = 0; i < n_words; ++i) {
    any |= mask[i];
    if (mask[i] != ~0u) apply_word(mask[i], logits.data() + i * kWordBits, kWordBits);
  }
  if (n_rest > 0) {
    const uint32_t word = mask[n_words] & (kBits[n_rest] - 1);
    any |= word;
    apply_word(word, logits.data() + n_words * kWordBits, n_rest);
  }
  return any != 0;
}

void check_finite(const LogitBlocks& blocks) {
  if (!std::isfinite(blocks.largest())) {
    throw Error("no token can be chosen: the largest logit of those allowed is not finite");
  }
}

}  // namespace

Sampler::Sampler(const SamplerParams& params, int n_vocab, std::span<const int32_t> prompt)
    : params_(checked(params, n_vocab)),
      random_(params.seed),
      adjustments_(params_, prompt),
      blocks_(kernels().ops) {}

Sampled Sampler::sample(std::span<float> logits, std::span<const uint32_t> mask) {
  if (!mask.empty() && mask.size() * kWordBits < logits.size()) {
    throw InvalidArgumentError("the mask has too few words: " + std::to_string(mask.size()) +
                               " for a vocabulary of " + std::to_string(logits.size()));
  }
  const bool has_logprobs = params_.n_logprobs.has_value();
  if (has_logprobs) {
    blocks_.read(logits);
    rank(static_cast<size_t>(*params_.n_logprobs));
  }
  const bool is_changed = adjustments_.apply(logits) || !mask.empty();
  if (!mask.empty() && !apply_mask(mask, logits)) {
    throw InvalidArgumentError("the mask must allow at least one token");
  }
  if (is_changed || !has_logprobs) blocks_.read(logits);
  check_finite(blocks_);
  Sampled chosen{.id = draw()};
  if (has_logprobs) {
    const double raw = adjustments_.raw(chosen.id, logits);
    chosen.logprob = static_cast<float>(raw - log_total_);
    chosen.likeliest = likeliest_;
  }
  adjustments_.generated(chosen.id);
  return chosen;
}

int32_t Sampler::draw() {
  if (params_.temperature == 0) return blocks_.likeliest();
  if (params_.top_k == 0 && params_.top_p == 1 && params_.min_p == 0) {
    const float scale = scale_of(params_.temperature);
    return blocks_.at(random_mass(blocks_.weigh(scale)), scale);
  }
  shortlist_.choose(blocks_, params_);
  return shortlist_.at(random_mass(shortlist_.mass()));
}

// Evenly from [0, total).
Mass Sampler::random_mass(Mass total) {
  constexpr double kUnit = 0x1p-53;
  const double share = static_cast<double>(random_() >> 11) * kUnit;
  return std::min(static_cast<Mass>(share * static_cast<double>(total)), total - 1);
}

// Log-probabilities of the n likeliest tokens, and what gives that of any other.
void Sampler::rank(size_t n) {
  check_finite(blocks_);
  log_total_ = blocks_.largest() + std::log(static_cast<double>(blocks_.weigh(1)) / kFullMass);
  likeliest_.clear();
  if (n == 0) return;
  blocks_.collect_likeliest(n, -std::numeric_limits<float>::infinity(), ranked_);
  std::ranges::sort(ranked_, likelier);
  for (const Candidate& t : ranked_) {
    likeliest_.push_back({t.id, static_cast<float>(t.logit - log_total_)});
  }
}

}  // namespace q3l
