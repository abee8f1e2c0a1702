// A shortcut of BPE for scripts whose characters take three bytes of UTF-8: where it is certain
// that a character's bytes merge to one token before a merge crosses its edges, start from that
// token. REQUIRES: the MergeTable outlives it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "tokenizer/merge_table.h"
#include "tokenizer/token_table.h"

namespace q3l {

class WholeChars {
 public:
  // `byte_ids` are the tokens of the 256 bytes.
  WholeChars(const TokenTable& tokens, const MergeTable& merges,
             const std::array<int32_t, 256>& byte_ids);

  // Token of the three-byte character at `position` of `word`, or kNoToken where that is uncertain.
  // REQUIRES: word is well-formed UTF-8.
  int32_t find(std::string_view word, size_t position) const {
    const auto lead = static_cast<uint8_t>(word[position]);
    return usable_ && is_lead(lead) ? find_certain(word, position) : kNoToken;
  }

 private:
  static bool is_lead(uint8_t byte) { return byte >= 0xe0 && byte < 0xf0; }
  static bool is_tail(uint8_t byte) { return byte >= 0x80 && byte < 0xc0; }

  bool ranks_ascend(int32_t n_tokens) const;
  void add_crossings(const TokenTable& tokens);
  uint32_t edge_rank(uint8_t last, uint8_t next) const;
  int32_t find_certain(std::string_view word, size_t position) const;

  const MergeTable& merges_;
  std::array<int32_t, 256> byte_ids_;
  bool usable_;
  std::array<std::array<uint32_t, 16>, 64> crossings_;  // by the bytes before and after an edge
};

}  // namespace q3l
