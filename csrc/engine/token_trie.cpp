#include "engine/token_trie.h"

#include <algorithm>
#include <limits>

#include "base/error.h"

namespace q3l {

TokenTrie::TokenTrie(std::vector<Entry> tokens) {
  std::ranges::sort(tokens, {}, &Entry::bytes);
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
