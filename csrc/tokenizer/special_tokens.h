// Finds control and user-defined tokens written in text: the longest one at the leftmost position.
// REQUIRES: the TokenTable outlives it.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "tokenizer/token_table.h"

namespace q3l {

class SpecialTokens {
 public:
  explicit SpecialTokens(const TokenTable& tokens);

  struct Match {
    size_t position, length;
    int32_t id;
  };
  std::optional<Match> find_first(std::string_view text, size_t from) const;

  const std::vector<int32_t>& ids() const { return ids_; }

  // Id of the special token with exactly this text.
  std::optional<int32_t> find(std::string_view text) const;

 private:
  std::optional<Match> longest_at(std::string_view text, size_t position) const;
  std::string_view bytes(size_t i) const { return tokens_.bytes(ids_[i]); }

  const TokenTable& tokens_;
  std::vector<int32_t> ids_;  // in the order of their bytes, which are all different
  std::array<uint32_t, 257>
      first_byte_{};  // ids_[first_byte_[b] .. first_byte_[b + 1]) start with b
};

}  // namespace q3l
