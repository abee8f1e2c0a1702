// The merges of a byte-level BPE: a pair of token ids -> its rank (0 merges first) and its product.
// INVARIANT: 8 bytes a slot: a pair and its rank are one 64-bit word, compared in one go.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/token_table.h"

namespace q3l {

class MergeTable {
 public:
  static constexpr uint32_t kNoMerge = INT32_MAX;  // greater than every rank
  static constexpr size_t kMaxMerges = (size_t{1} << 22) - 1;

  // `merges` are "left right", most frequent first. Throws ModelFormatError, naming `file` and the
  // merge, when one has no space or names a token that `tokens` does not find, product included.
  // REQUIRES: at most kMaxMerges merges.
  MergeTable(std::span<const std::string_view> merges, const TokenTable& tokens,
             const std::string& file);

  uint32_t rank(int32_t left, int32_t right) const {
    const uint64_t pair = pair_bits(left, right);
    for (size_t slot = home(pair);; slot = (slot + 1) & mask_) {
      const uint64_t value = slots_[slot];
      if (value >> kRankBits == pair) return static_cast<uint32_t>(value & kRankMask);
      if (value == kEmpty) return kNoMerge;
    }
  }
  int32_t product(uint32_t rank) const {
    return products_.empty() ? first_product_ + static_cast<int32_t>(rank) : products_[rank];
  }
  uint32_t size() const { return size_; }

  // Calls visit(left, right, rank) for every merge, in no order.
  template <class Visit>
  void for_each(Visit visit) const {
    constexpr uint64_t kIdMask = (uint64_t{1} << kTokenIdBits) - 1;
    for (uint64_t slot : slots_) {
      if (slot == kEmpty) continue;
      const uint64_t pair = slot >> kRankBits;
      visit(static_cast<int32_t>(pair >> kTokenIdBits), static_cast<int32_t>(pair & kIdMask),
            static_cast<uint32_t>(slot & kRankMask));
    }
  }

 private:
  static constexpr int kRankBits = 64 - 2 * kTokenIdBits;
  static constexpr uint64_t kRankMask = (uint64_t{1} << kRankBits) - 1;
  static constexpr uint64_t kEmpty = UINT64_MAX;

  static uint64_t pair_bits(int32_t left, int32_t right) {
    return static_cast<uint64_t>(left) << kTokenIdBits | static_cast<uint64_t>(right);
  }
  size_t home(uint64_t pair) const {
    return static_cast<size_t>((pair * kHashMultiplier) >> shift_);
  }
  void insert(uint64_t pair, uint32_t rank);

  std::vector<uint64_t> slots_;    // open addressing: left, right, rank, from the high bits down
  std::vector<int32_t> products_;  // by rank; empty where they follow each other, as is usual
  int32_t first_product_ = 0;
  uint32_t size_;
  size_t mask_;
  int shift_;
};

}  // namespace q3l
