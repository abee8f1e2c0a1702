#include "sampler/sampler.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/error.h"

namespace q3l {

namespace {

void check(bool valid, const char* name, const char* range) {
  if (!valid) throw InvalidArgumentError(std::string(name) + " must be " + range);
}

}  // namespace

Sampler::Sampler(const SamplerParams& params) : params_(params), random_(params.seed) {
  check(params.temperature >= 0 && std::isfinite(params.temperature), "temperature", "0 or more");
  check(params.top_k >= 0, "top_k", "0 (off) or more");
  check(params.top_p > 0 && params.top_p <= 1, "top_p", "above 0 and at most 1");
  check(params.min_p >= 0 && params.min_p <= 1, "min_p", "between 0 and 1");
}

// Candidates in descending order: the top k, or all that can still matter.
void Sampler::keep_likeliest(std::span<const float> logits) {
  // Beyond this distance in units of the temperature a token's probability is below 1e-13.
  constexpr float kNegligible = 30.0f;
  const float largest = *std::max_element(logits.begin(), logits.end());
  const float floor = largest - kNegligible * params_.temperature;
  candidates_.clear();
  for (size_t i = 0; i < logits.size(); ++i) {
    if (logits[i] >= floor) candidates_.push_back({logits[i], static_cast<int32_t>(i)});
  }
  auto likelier = [](const Candidate& a, const Candidate& b) {
    return a.value != b.value ? a.value > b.value : a.id < b.id;
  };
  const size_t k = static_cast<size_t>(params_.top_k);
  if (k > 0 && k < candidates_.size()) {
    std::nth_element(candidates_.begin(), candidates_.begin() + params_.top_k, candidates_.end(),
                     likelier);
    candidates_.resize(k);
  }
  std::sort(candidates_.begin(), candidates_.end(), likelier);
}

int32_t Sampler::sample(std::span<const float> logits) {
  if (params_.temperature == 0) {
    return static_cast<int32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
  }
  keep_likeliest(logits);
  const float largest = candidates_.front().value;
  float total = 0;
  for (Candidate& c : candidates_)
    total += c.value = std::exp((c.value - largest) / params_.temperature);
  float kept = 0;
  size_t n = 0;
  while (n < candidates_.size() &&
         (n == 0 || (kept < params_.top_p * total && candidates_[n].value >= params_.min_p))) {
    kept += candidates_[n++].value;
  }
  constexpr double kUnit = 0x1p-53;
  float left = static_cast<float>(static_cast<double>(random_() >> 11) * kUnit) * kept;
  for (size_t i = 0; i < n; ++i) {
    left -= candidates_[i].value;
    if (left < 0) return candidates_[i].id;
  }
  return candidates_[n - 1].id;
}

}  // namespace q3l
