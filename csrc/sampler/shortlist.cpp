#include "sampler/shortlist.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace q3l {

namespace {

Mass sum(std::span<const Candidate> tokens) {
  Mass total = 0;
  for (const Candidate& t : tokens) total += t.mass;
  return total;
}

}  // namespace

float scale_of(float temperature) {
  return std::min(1 / temperature, std::numeric_limits<float>::max());
}

Mass Shortlist::mass() const {
  return sum(tokens_);
}

int32_t Shortlist::at(Mass mass) {
  return tokens_[n_reaching(mass + 1) - 1].id;
}

void Shortlist::choose(LogitBlocks& blocks, const SamplerParams& p) {
  const float scale = scale_of(p.temperature);
  if (p.top_k > 0) {
    const float floor = blocks.largest() - kMassless * p.temperature;
    blocks.collect_likeliest(static_cast<size_t>(p.top_k), floor, tokens_);
    blocks.weigh(tokens_, scale);
    if (p.top_p < 1) keep_mass(p.top_p * static_cast<double>(mass()));
  } else if (p.top_p < 1) {
    const double wanted = p.top_p * static_cast<double>(blocks.weigh(scale));
    collect_mass(blocks, p.temperature, wanted);
    keep_mass(wanted);
  } else {
    const float depth = std::min(kMassless, 0.1f - std::log(p.min_p));  // a little too deep
    blocks.collect(blocks.largest() - depth * p.temperature, tokens_);
    blocks.weigh(tokens_, scale);
  }
  const double least = static_cast<double>(p.min_p) * static_cast<double>(kFullMass);
  std::erase_if(tokens_, [&](const Candidate& t) { return static_cast<double>(t.mass) < least; });
}

// Few tokens usually have most of the mass: looks deeper only while they have not.
void Shortlist::collect_mass(LogitBlocks& blocks, float temperature, double wanted) {
  for (float depth = 4;; depth *= 2) {
    blocks.collect(blocks.largest() - depth * temperature, tokens_);
    blocks.weigh(tokens_, scale_of(temperature));
    if (depth >= kMassless || static_cast<double>(mass()) >= wanted) return;
  }
}

// Keeps the fewest of the likeliest tokens that have this mass together.
void Shortlist::keep_mass(double wanted) {
  const Mass rounded_up = static_cast<Mass>(std::ceil(wanted));
  tokens_.resize(n_reaching(std::clamp<Mass>(rounded_up, 1, mass())));
}

// The fewest of the likeliest tokens that have this mass together: how many they are. Moves them
// to the front and the least likely of them to their end, sorting only around it.
// REQUIRES: 1 <= mass <= mass().
size_t Shortlist::n_reaching(Mass mass) {
  constexpr std::ptrdiff_t kSorted = 64;
  auto first = tokens_.begin(), last = tokens_.end();
  while (last - first > kSorted) {
    const auto middle = first + (last - first) / 2;
    std::nth_element(first, middle, last, likelier);
    const Mass before = sum({first, middle});
    if (before >= mass) {
      last = middle;
    } else {
      mass -= before;
      first = middle;
    }
  }
  std::sort(first, last, likelier);
  while (first->mass < mass) mass -= (first++)->mass;
  return static_cast<size_t>(first - tokens_.begin()) + 1;
}

}  // namespace q3l
