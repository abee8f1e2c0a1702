#include "tokenizer/special_tokens.h"

#include <algorithm>

#include "base/utf8.h"

namespace q3l {

SpecialTokens::SpecialTokens(const TokenTable& tokens) : tokens_(tokens) {
  for (int32_t id = 0; id < tokens.size(); ++id) {
    const TokenKind kind = tokens.kind(id);
    if (kind != TokenKind::control && kind != TokenKind::user_defined) continue;
    // Only whole characters, so that a match never cuts one of the text's in two.
    if (!tokens.bytes(id).empty() && is_valid_utf8(tokens.bytes(id))) ids_.push_back(id);
  }
  // Of several tokens with one text the last counts, as in a JSON vocabulary.
  std::sort(ids_.begin(), ids_.end(), [&](int32_t a, int32_t b) {
    const int order = tokens.bytes(a).compare(tokens.bytes(b));
    return order != 0 ? order < 0 : a > b;
  });
  auto same_bytes = [&](int32_t a, int32_t b) { return tokens.bytes(a) == tokens.bytes(b); };
  ids_.erase(std::unique(ids_.begin(), ids_.end(), same_bytes), ids_.end());
  for (int32_t id : ids_) ++first_byte_[static_cast<uint8_t>(tokens.bytes(id)[0]) + 1];
  for (size_t b = 0; b < 256; ++b) first_byte_[b + 1] += first_byte_[b];
}

std::optional<SpecialTokens::Match> SpecialTokens::find_first(std::string_view text,
                                                              size_t from) const {
  for (size_t i = from; i < text.size(); ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    if (first_byte_[byte] == first_byte_[byte + 1]) continue;
    if (const auto match = longest_at(text, i)) return match;
  }
  return std::nullopt;
}

// Narrows the range of tokens that agree with the text, byte by byte.
std::optional<SpecialTokens::Match> SpecialTokens::longest_at(std::string_view text,
                                                              size_t position) const {
  const auto first = static_cast<uint8_t>(text[position]);
  size_t low = first_byte_[first], high = first_byte_[first + 1];
  std::optional<Match> longest;
  for (size_t length = 1; low < high; ++length) {
    // The shortest token of a sorted range that agrees in `length` bytes comes first.
    if (bytes(low).size() == length) longest = Match{position, length, ids_[low++]};
    if (position + length >= text.size()) break;
    const auto next = static_cast<uint8_t>(text[position + length]);
    auto byte_at = [&](int32_t id) { return static_cast<uint8_t>(tokens_.bytes(id)[length]); };
    const auto range = std::ranges::equal_range(ids_.begin() + low, ids_.begin() + high, next,
                                                std::ranges::less{}, byte_at);
    low = static_cast<size_t>(range.begin() - ids_.begin());
    high = static_cast<size_t>(range.end() - ids_.begin());
  }
  return longest;
}

std::optional<int32_t> SpecialTokens::find(std::string_view text) const {
  const auto it = std::lower_bound(
      ids_.begin(), ids_.end(), text,
      [&](int32_t id, std::string_view wanted) { return tokens_.bytes(id) < wanted; });
  if (it == ids_.end() || tokens_.bytes(*it) != text) return std::nullopt;
  return *it;
}

}  // namespace q3l
