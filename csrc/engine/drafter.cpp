#include "engine/drafter.h"

#include <algorithm>
#include <bit>

namespace q3l {

Drafter::Drafter(int n_most)
    : slots_(n_most > 0 ? std::bit_ceil(2 * static_cast<size_t>(n_most)) : 0) {}

std::span<const int32_t> Drafter::guess(std::span<const int32_t> tokens, int most) {
  const int n = static_cast<int>(tokens.size());
  if (n <= kGram || most < 1) return {};
  for (; n_known_ < n; ++n_known_) slot_of(tokens, n_known_) = n_known_;
  const int begin = slot_of(tokens, n);
  is_repeating_ =
      begin >= kLong &&
      std::ranges::equal(tokens.last(kLong), tokens.first(static_cast<size_t>(begin)).last(kLong));
  if (begin == 0) return {};
  return tokens.subspan(static_cast<size_t>(begin), static_cast<size_t>(std::min(most, n - begin)));
}

void Drafter::clear() {
  n_known_ = kGram;
  std::ranges::fill(slots_, 0);
}

int32_t& Drafter::slot_of(std::span<const int32_t> tokens, int end) {
  const auto gram = [&](int e) {
    return tokens.subspan(static_cast<size_t>(e - kGram), static_cast<size_t>(kGram));
  };
  uint64_t hash = 0;
  for (int32_t token : gram(end)) {
    hash = (hash ^ static_cast<uint32_t>(token)) * 0x9e3779b97f4a7c15;  // 2^64 / golden ratio
    hash ^= hash >> 32;
  }
  const size_t last = slots_.size() - 1;
  size_t i = hash & last;
  while (slots_[i] != 0 && !std::ranges::equal(gram(slots_[i]), gram(end))) i = (i + 1) & last;
  return slots_[i];
}

}  // namespace q3l
