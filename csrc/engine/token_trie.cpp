#include "engine/token_trie.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/error.h"

namespace q3l {

namespace {

// The first eight bytes as a number that compares as they do, zeros behind a shorter text: most
// pairs of tokens are told apart without a look at their bytes, which lie all over memory.
uint64_t leading_bytes(std::string_view bytes) {
  uint64_t number = 0;
  for (size_t i = 0; i < 8; ++i) {
    number = number << 8 | (i < bytes.size() ? static_cast<uint8_t>(bytes[i]) : 0);
  }
  return number;
}

void sort(std::vector<TokenTrie::Entry>& tokens) {
  std::vector<std::pair<uint64_t, TokenTrie::Entry>> keyed;
  keyed.reserve(tokens.size());
  for (const auto& token : tokens) keyed.emplace_back(leading_bytes(token.bytes), token);
  std::ranges::sort(keyed, [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : a.second.bytes < b.second.bytes;
  });
  for (size_t i = 0; i < tokens.size(); ++i) tokens[i] = keyed[i].second;
}

}  // namespace

TokenTrie::TokenTrie(std::vector<Entry> tokens) {
  sort(tokens);
  std::vector<uint32_t> path;  // nodes of the token before
  std::string_view before;
  auto close_below = [&](size_t depth) {
    for (; path.size() > depth; path.pop_back()) {
      nodes_[path.back()].end = static_cast<uint32_t>(nodes_.size());
    }
  };
  for (const auto& [bytes, id] : tokens) {
    if (bytes.size() > std::numeric_limits<uint16_t>::max()) {
      throw UnsupportedModelError(
          "a token of more than 65535 bytes cannot be part of a tool's call");
    }
    const auto [differs, end] = std::ranges::mismatch(before, bytes);
    close_below(static_cast<size_t>(differs - before.begin()));
    while (path.size() < bytes.size()) {
      path.push_back(static_cast<uint32_t>(nodes_.size()));
      nodes_.push_back({.end = 0,
                        .first_id = static_cast<uint32_t>(ids_.size()),
                        .depth = static_cast<uint16_t>(path.size()),
                        .byte = static_cast<uint8_t>(bytes[path.size() - 1])});
    }
    ids_.push_back(id);
    longest_ = std::max(longest_, static_cast<int>(bytes.size()));
    before = bytes;
  }
  close_below(0);
}

}  // namespace q3l
