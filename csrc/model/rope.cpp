#include "model/rope.h"

#include <algorithm>
#include <climits>
#include <cmath>
#include <numbers>

namespace q3l {

namespace {

// The pair, as a real number, whose dimensions turn `turns` times over the original context.
double pair_of_turns(const RopeConfig& c, double turns) {
  return c.n_rot * std::log(c.n_ctx_original / (turns * 2 * std::numbers::pi)) /
         (2 * std::log(c.theta));
}

// How much of a pair's frequency stays as it was trained: 1 for pairs that turn often, whose
// distances must stay sharp, 0 for those that would leave the trained range.
double kept_share(const RopeConfig& c, int pair) {
  const double first = std::max(0.0, std::floor(pair_of_turns(c, c.beta_fast)));
  const double last = std::min(c.n_rot - 1.0, std::ceil(pair_of_turns(c, c.beta_slow)));
  return c.yarn_mix * (1 - std::clamp((pair - first) / std::max(0.001, last - first), 0.0, 1.0));
}

Rope make_rope(const RopeConfig& c, const float* divisors) {
  const bool is_yarn = c.yarn_mix != 0;
  Rope rope;
  for (int i = 0; i < c.n_rot / 2; ++i) {
    const double trained = std::pow(c.theta, -2.0 * i / c.n_rot) / (divisors ? divisors[i] : 1.0);
    const double kept = is_yarn ? kept_share(c, i) : 0.0;
    rope.frequencies.push_back(
        static_cast<float>(trained * kept + trained / c.factor * (1 - kept)));
  }
  rope.magnitude = static_cast<float>(c.attn_factor * (is_yarn ? 1 + 0.1 * std::log(c.factor) : 1));
  return rope;
}

bool is_scaled(const RopeConfig& c) {
  return c.factor != 1;
}

// As a file that asks for YaRN says it.
RopeConfig stretched(RopeConfig c, int stretch) {
  if (stretch == 1 || is_scaled(c)) return c;
  c.factor = stretch;
  c.yarn_mix = 1;
  return c;
}

}  // namespace

int stretch_for(const Config& config, int n_positions) {
  const auto fits = [&](int stretch) { return n_positions <= most_positions(config, stretch); };
  const auto least = std::ranges::find_if(kStretches, fits);
  return least == kStretches.end() ? kStretches.back() : *least;
}

int most_positions(const Config& config, int stretch) {
  if (stretch == kStretches.back() || is_scaled(config.rope)) return INT_MAX;
  return static_cast<int>(std::min<int64_t>(INT_MAX, int64_t{config.n_ctx_train} * stretch));
}

const Rope& rope_of(const Ropes& ropes, int stretch) {
  return ropes[static_cast<size_t>(std::ranges::find(kStretches, stretch) - kStretches.begin())];
}

Ropes make_ropes(const RopeConfig& config, TensorSource& tensors) {
  const float* divisors = tensors.find_vector("rope_freqs.weight", config.n_rot / 2);
  Ropes ropes;
  for (size_t i = 0; i < ropes.size(); ++i) {
    ropes[i] = make_rope(stretched(config, kStretches[i]), divisors);
  }
  return ropes;
}

}  // namespace q3l
