#include "sampler/logit_blocks.h"

#include <algorithm>
#include <array>
#include <functional>

namespace q3l {

namespace {

using Powers = std::array<float, kLogitBlock>;

Mass to_mass(float power) {
  return static_cast<Mass>(power * kFullMass);
}

}  // namespace

void LogitBlocks::read(std::span<const float> logits) {
  logits_ = logits;
  maxima_.resize((logits.size() + kLogitBlock - 1) / kLogitBlock);
  ops_.block_max(logits.data(), static_cast<int>(logits.size()), maxima_.data());
  largest_ = *std::ranges::max_element(maxima_);
}

std::span<const float> LogitBlocks::block(size_t i) const {
  const size_t begin = i * kLogitBlock;
  return logits_.subspan(begin, std::min<size_t>(kLogitBlock, logits_.size() - begin));
}

int32_t LogitBlocks::likeliest() const {
  const auto i = static_cast<size_t>(std::ranges::find(maxima_, largest_) - maxima_.begin());
  const auto in_block = block(i);
  return static_cast<int32_t>(i * kLogitBlock) +
         static_cast<int32_t>(std::ranges::find(in_block, largest_) - in_block.begin());
}

void LogitBlocks::collect(float floor, std::vector<Candidate>& out) const {
  out.clear();
  for (size_t i = 0; i < maxima_.size(); ++i) {
    if (maxima_[i] < floor) continue;
    auto id = static_cast<int32_t>(i * kLogitBlock);
    for (float logit : block(i)) {
      if (logit >= floor) out.push_back({logit, id});
      ++id;
    }
  }
}

void LogitBlocks::collect_likeliest(size_t n, float floor, std::vector<Candidate>& out) {
  if (n > 0 && n <= maxima_.size()) {  // then n blocks hold n logits of at least their n-th maximum
    ordered_ = maxima_;
    const auto nth = ordered_.begin() + static_cast<std::ptrdiff_t>(n - 1);
    std::nth_element(ordered_.begin(), nth, ordered_.end(), std::greater<>());
    floor = std::max(floor, *nth);
  }
  collect(floor, out);
  if (n >= out.size()) return;
  std::nth_element(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(n), out.end(), likelier);
  out.resize(n);
}

void LogitBlocks::weigh(std::span<Candidate> tokens, float scale) const {
  Powers powers;
  while (!tokens.empty()) {
    const auto some = tokens.first(std::min(tokens.size(), powers.size()));
    std::ranges::transform(some, powers.begin(), &Candidate::logit);
    ops_.exp_below(powers.data(), powers.data(), largest_, scale, static_cast<int>(some.size()));
    for (size_t i = 0; i < some.size(); ++i) some[i].mass = to_mass(powers[i]);
    tokens = tokens.subspan(some.size());
  }
}

Mass LogitBlocks::weigh(float scale) {
  Powers powers;
  Mass total = 0;
  masses_.resize(maxima_.size());
  for (size_t i = 0; i < maxima_.size(); ++i) {
    masses_[i] = 0;
    if ((maxima_[i] - largest_) * scale < -kMassless) continue;
    const auto in_block = block(i);
    const int n = static_cast<int>(in_block.size());
    ops_.exp_below(powers.data(), in_block.data(), largest_, scale, n);
    for (int k = 0; k < n; ++k) masses_[i] += to_mass(powers[static_cast<size_t>(k)]);
    total += masses_[i];
  }
  return total;
}

int32_t LogitBlocks::at(Mass mass, float scale) const {
  size_t i = 0;
  for (; masses_[i] <= mass; ++i) mass -= masses_[i];
  Powers powers;
  const auto in_block = block(i);
  ops_.exp_below(powers.data(), in_block.data(), largest_, scale,
                 static_cast<int>(in_block.size()));
  size_t k = 0;
  for (; to_mass(powers[k]) <= mass; ++k) mass -= to_mass(powers[k]);
  return static_cast<int32_t>(i * kLogitBlock + k);
}

}  // namespace q3l
