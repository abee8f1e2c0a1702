// Byte-pair encoding of one word: its bytes' tokens, merged by rank, of equals the leftmost first.
// INVARIANT: immutable; what a call remembers from word to word is in its BpeScratch.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tokenizer/merge_table.h"
#include "tokenizer/token_table.h"
#include "tokenizer/whole_chars.h"

namespace q3l {

// Ids of short words seen lately, and buffers: one per call of encode, never shared by threads.
class BpeScratch {
 public:
  // Sized for a text of so many bytes.
  explicit BpeScratch(size_t text_bytes);

 private:
  friend class Bpe;

  // A word of 1 to 15 bytes and its length are 16 bytes, compared in one go.
  struct Key {
    uint64_t low = 0, high = 0;
    bool operator==(const Key&) const = default;
  };
  struct Entry {
    Key word;
    std::array<int32_t, 3> ids;
    int32_t n_ids;
  };
  static constexpr size_t kMaxKeyBytes = 15;

  // The tokens of a word, as a list linked by positions; next of the last is the first size.
  struct Tokens {
    std::vector<int32_t> ids, next, previous;

    int32_t size() const { return static_cast<int32_t>(ids.size()); }
    void link();
    int32_t join_next(int32_t i, int32_t product);
  };

  static Key key_of(std::string_view word);
  Entry& entry_for(const Key& key);

  std::vector<Entry> cache_;  // direct-mapped; a newer word replaces an older one
  int shift_;
  Tokens tokens_;
  std::vector<uint32_t> ranks_;
  std::vector<uint64_t> heap_;
};

class Bpe {
 public:
  // With whole_words, a word that is a normal token is that token, wherever merges would lead; then
  // `tokens` must keep its index. REQUIRES: both tables outlive the Bpe.
  Bpe(const TokenTable& tokens, const MergeTable& merges, bool whole_words);

  // Appends the ids of `word`, a non-empty piece of text. Bytes that have no token are dropped, as
  // Hugging Face tokenizers does for a model without an unknown token.
  void encode(std::string_view word, BpeScratch& scratch, std::vector<int32_t>& out) const;

 private:
  void encode_uncached(std::string_view word, BpeScratch& scratch, std::vector<int32_t>& out) const;
  uint32_t rank_at(const BpeScratch::Tokens& list, int32_t i) const;
  void merge_short(BpeScratch& scratch) const;
  void merge_long(BpeScratch& scratch) const;

  const TokenTable& tokens_;
  const MergeTable& merges_;
  bool whole_words_;
  std::array<int32_t, 256> byte_ids_;
  WholeChars whole_chars_;
};

}  // namespace q3l
