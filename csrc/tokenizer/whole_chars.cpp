#include "tokenizer/whole_chars.h"

#include <algorithm>
#include <vector>

namespace q3l {

// Why it is exact. A merge that crosses an edge of a character before the character is whole joins
// a piece of it: its tail to what follows, or its head to what precedes. Let C be the least rank of
// such merges over the two bytes at an edge, and R the rank that completes the character. Where
// R < C at both edges, and every merge ranks after those that make its parts (true of trained
// vocabularies, checked here), merging by rank completes the character undisturbed, and no merge
// that ranks before R uses it: whether it is there from the start makes no difference.

WholeChars::WholeChars(const TokenTable& tokens, const MergeTable& merges,
                       const std::array<int32_t, 256>& byte_ids)
    : merges_(merges), byte_ids_(byte_ids), usable_(ranks_ascend(tokens.size())) {
  // Bytes without a token are dropped, and what they stood between would meet.
  for (size_t b = 0x80; b < 0xf0; ++b) {
    const auto byte = static_cast<uint8_t>(b);
    if (is_lead(byte) || is_tail(byte)) usable_ = usable_ && byte_ids[b] != kNoToken;
  }
  if (usable_) add_crossings(tokens);
}

bool WholeChars::ranks_ascend(int32_t n_tokens) const {
  std::vector<uint32_t> made(static_cast<size_t>(n_tokens), 0);  // 1 + last rank that makes a token
  for (uint32_t rank = 0; rank < merges_.size(); ++rank) made[merges_.product(rank)] = rank + 1;
  bool ascend = true;
  merges_.for_each([&](int32_t left, int32_t right, uint32_t rank) {
    ascend = ascend && rank >= made[left] && rank >= made[right];
  });
  return ascend;
}

void WholeChars::add_crossings(const TokenTable& tokens) {
  for (auto& row : crossings_) row.fill(MergeTable::kNoMerge);
  enum Piece : uint8_t { kNeither, kHead, kTail };  // of a three-byte character
  std::vector<uint8_t> pieces(static_cast<size_t>(tokens.size()), kNeither);
  for (int32_t id = 0; id < tokens.size(); ++id) {
    const std::string_view bytes = tokens.bytes(id);
    if (bytes.empty() || bytes.size() > 2) continue;
    const auto first = static_cast<uint8_t>(bytes.front());
    if (is_lead(first)) pieces[id] = kHead;
    if (is_tail(first)) pieces[id] = kTail;
  }
  merges_.for_each([&](int32_t left, int32_t right, uint32_t rank) {
    if (pieces[left] != kTail && pieces[right] != kHead) return;
    const auto last = static_cast<uint8_t>(tokens.bytes(left).back());
    const auto next = static_cast<uint8_t>(tokens.bytes(right).front());
    if (!is_tail(last) || !is_lead(next)) return;
    uint32_t& least = crossings_[last & 63][next & 15];
    least = std::min(least, rank);
  });
}

// C of an edge; 0, which is below every R, where the next character is not of this kind.
uint32_t WholeChars::edge_rank(uint8_t last, uint8_t next) const {
  return is_tail(last) && is_lead(next) ? crossings_[last & 63][next & 15] : 0;
}

int32_t WholeChars::find_certain(std::string_view word, size_t position) const {
  auto byte = [&](size_t i) { return static_cast<uint8_t>(word[position + i]); };
  uint32_t limit = MergeTable::kNoMerge;
  if (position > 0) limit = edge_rank(byte(size_t{0} - 1), byte(0));
  if (position + 3 < word.size()) limit = std::min(limit, edge_rank(byte(2), byte(3)));
  if (limit == 0) return kNoToken;
  const int32_t first = byte_ids_[byte(0)], second = byte_ids_[byte(1)], third = byte_ids_[byte(2)];
  const uint32_t front = merges_.rank(first, second), back = merges_.rank(second, third);
  const uint32_t begun = std::min(front, back);
  if (begun == MergeTable::kNoMerge) return kNoToken;
  const int32_t pair = merges_.product(begun);
  const uint32_t done = front < back ? merges_.rank(pair, third) : merges_.rank(first, pair);
  return done < limit ? merges_.product(done) : kNoToken;
}

}  // namespace q3l
