// The vocabulary as bytes: token id -> bytes, and bytes -> id of the token that merges make of
// them. INVARIANT: holds its own copy of the bytes; the file's GPT-2 alphabet is decoded on the way
// in. REQUIRES: 1 <= tokens < 2^21 with less than 4 GiB of text; `kinds` is empty or one per token.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "tokenizer/byte_hash.h"
#include "tokenizer/tokenizer.h"

namespace q3l {

inline constexpr int32_t kNoToken = -1;
inline constexpr int kTokenIdBits = 21;

class TokenTable {
 public:
  TokenTable(std::span<const std::string_view> tokens, std::span<const TokenKind> kinds);

  int32_t size() const { return static_cast<int32_t>(kinds_.size()); }
  TokenKind kind(int32_t id) const { return static_cast<TokenKind>(kinds_[id]); }
  std::string_view bytes(int32_t id) const {
    return {bytes_.data() + starts_[id], starts_[id + 1] - starts_[id]};
  }

  // Id of the token with these bytes, or kNoToken. Of several, the last normal one, as in a JSON
  // vocabulary. Tokens that are not written in the GPT-2 alphabet are not found: no merge makes
  // them. REQUIRES: drop_index was not called; hash == hash_bytes(bytes).
  int32_t find(std::string_view bytes) const { return find(bytes, hash_bytes(bytes)); }
  int32_t find(std::string_view bytes, uint64_t hash) const;
  void prefetch(uint64_t hash) const { __builtin_prefetch(&slots_[home(hash)]); }

  // Frees the memory that only find() needs.
  void drop_index();

 private:
  size_t home(uint64_t hash) const { return static_cast<size_t>(hash >> shift_); }
  size_t slot_of(std::string_view bytes, uint64_t hash) const;
  void add_to_index(int32_t id);

  std::vector<char> bytes_;
  std::vector<uint32_t> starts_;  // by id; one more for the end
  std::vector<uint8_t> kinds_;
  std::vector<uint32_t> slots_;  // open addressing; the hash's low bits above the id, or kEmpty
  int shift_;
};

}  // namespace q3l
