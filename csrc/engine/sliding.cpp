#include "engine/sliding.h"

#include <algorithm>
#include <string>

#include "base/error.h"

namespace q3l {

Sliding::Sliding(const Tokenizer& tokenizer, int n_ctx)
    : n_ctx_(static_cast<size_t>(n_ctx)),
      message_(tokenizer.find("<|im_start|>")),
      system_(tokenizer.encode("system", false)) {
  constexpr int kLeast = 16;
  if (n_ctx < kLeast) {
    throw InvalidArgumentError("a text slides through a context of at least " +
                               std::to_string(kLeast) + ", not " + std::to_string(n_ctx));
  }
}

size_t Sliding::n_kept(std::span<const int32_t> tokens) const {
  if (tokens.size() <= system_.size() || !begins_message(tokens, 0)) return 0;
  if (!std::ranges::equal(tokens.subspan(1, system_.size()), system_)) return 0;
  size_t n = 1;
  while (n < tokens.size() && !begins_message(tokens, n)) ++n;
  return n;
}

std::vector<int32_t> Sliding::fit(std::span<const int32_t> tokens) const {
  if (tokens.size() < n_ctx_) return {tokens.begin(), tokens.end()};
  const size_t kept = n_kept(tokens);
  if (kept > n_ctx_ / 2) {
    throw ContextOverflowError("the system's message has " + std::to_string(kept) +
                               " tokens, more than half of a context of " + std::to_string(n_ctx_) +
                               "; shorten it or ask for a longer context");
  }
  const size_t half = (n_ctx_ - kept) / 2, room = (half + 3) / 4;
  const size_t n_over = tokens.size() - (n_ctx_ - room);
  const size_t least = kept + (n_over + half - 1) / half * half;
  size_t begin = least;
  while (begin < tokens.size() && !begins_message(tokens, begin)) ++begin;
  if (tokens.size() - begin < half / 2) begin = least;  // too little would be left
  std::vector<int32_t> left(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(kept));
  left.insert(left.end(), tokens.begin() + static_cast<std::ptrdiff_t>(begin), tokens.end());
  return left;
}

}  // namespace q3l
