#include "sampler/adjustments.h"

#include <algorithm>

namespace q3l {

Adjustments::Adjustments(const SamplerParams& p, std::span<const int32_t> prompt)
    : repetition_penalty_(p.repetition_penalty),
      frequency_penalty_(p.frequency_penalty),
      presence_penalty_(p.presence_penalty),
      counts_(p.repetition_penalty != 1 || p.frequency_penalty != 0 || p.presence_penalty != 0) {
  if (repetition_penalty_ != 1) {
    std::vector<int32_t> ids(prompt.begin(), prompt.end());
    std::ranges::sort(ids);
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    for (int32_t id : ids) tokens_.push_back({.id = id, .seen = true});
  }
  for (auto [id, bias] : p.logit_bias) find(id)->bias += bias;
  constexpr size_t kGenerated = 1024;  // different tokens, before the list has to grow
  if (counts_) tokens_.reserve(tokens_.size() + kGenerated);
}

std::vector<Adjustments::Token>::iterator Adjustments::find(int32_t id) {
  const auto at = std::ranges::lower_bound(tokens_, id, {}, &Token::id);
  return at != tokens_.end() && at->id == id ? at : tokens_.insert(at, Token{.id = id});
}

bool Adjustments::apply(std::span<float> logits) {
  for (Token& t : tokens_) {
    float& logit = logits[static_cast<size_t>(t.id)];
    t.raw = logit;
    logit += t.bias;
    if (t.seen) logit = logit > 0 ? logit / repetition_penalty_ : logit * repetition_penalty_;
    logit -= frequency_penalty_ * static_cast<float>(t.n_generated);
    if (t.n_generated > 0) logit -= presence_penalty_;
  }
  return !tokens_.empty();
}

float Adjustments::raw(int32_t id, std::span<const float> logits) const {
  const auto at = std::ranges::lower_bound(tokens_, id, {}, &Token::id);
  return at != tokens_.end() && at->id == id ? at->raw : logits[static_cast<size_t>(id)];
}

void Adjustments::generated(int32_t id) {
  if (!counts_) return;
  const auto token = find(id);
  token->seen = true;
  ++token->n_generated;
}

}  // namespace q3l
