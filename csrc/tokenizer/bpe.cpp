#include "tokenizer/bpe.h"

#include <algorithm>
#include <bit>
#include <functional>

namespace q3l {

namespace {

// Up to this many tokens, looking at every pair for the next merge is cheaper than a heap.
constexpr int kShortBits = 7;
constexpr int32_t kShortWord = 1 << kShortBits;

std::array<int32_t, 256> byte_tokens(const TokenTable& tokens) {
  std::array<int32_t, 256> ids;
  for (size_t b = 0; b < ids.size(); ++b) {
    const char byte = static_cast<char>(b);
    ids[b] = tokens.find({&byte, 1});
  }
  return ids;
}

}  // namespace

BpeScratch::BpeScratch(size_t text_bytes) {
  constexpr size_t kFewest = 64, kMost = 8192;
  const size_t entries = std::bit_ceil(std::clamp(text_bytes / 16, kFewest, kMost));
  cache_.resize(entries);
  shift_ = 64 - std::countr_zero(entries);
}

// REQUIRES: 1 <= word.size() <= kMaxKeyBytes.
BpeScratch::Key BpeScratch::key_of(std::string_view word) {
  const char* p = word.data();
  const size_t n = word.size();
  Key key;
  if (n >= 8) {
    key.low = load_bytes<8>(p);
    if (n > 8) key.high = load_bytes<8>(p + n - 8) >> (128 - 8 * n);
  } else if (n >= 4) {
    key.low = load_bytes<4>(p) | load_bytes<4>(p + n - 4) << (8 * n - 32);
  } else {
    key.low = load_bytes<1>(p) | load_bytes<1>(p + n / 2) << (n / 2 * 8) |
              load_bytes<1>(p + n - 1) << (8 * n - 8);
  }
  key.high |= static_cast<uint64_t>(n) << 56;
  return key;
}

BpeScratch::Entry& BpeScratch::entry_for(const Key& key) {
  const uint64_t hash = (key.low ^ key.high * kHashMultiplier) * kHashMultiplier;
  return cache_[static_cast<size_t>((hash ^ hash >> 32) * kHashMultiplier >> shift_)];
}

void BpeScratch::Tokens::link() {
  next.resize(ids.size());
  previous.resize(ids.size());
  for (int32_t i = 0; i < size(); ++i) {
    next[i] = i + 1;
    previous[i] = i - 1;
  }
}

// Makes the token at i and its right neighbour one; returns where the neighbour was.
int32_t BpeScratch::Tokens::join_next(int32_t i, int32_t product) {
  const int32_t gone = next[i];
  ids[i] = product;
  next[i] = next[gone];
  if (next[i] < size()) previous[next[i]] = i;
  return gone;
}

Bpe::Bpe(const TokenTable& tokens, const MergeTable& merges, bool whole_words)
    : tokens_(tokens),
      merges_(merges),
      whole_words_(whole_words),
      byte_ids_(byte_tokens(tokens)),
      whole_chars_(tokens, merges, byte_ids_) {}

void Bpe::encode(std::string_view word, BpeScratch& scratch, std::vector<int32_t>& out) const {
  if (word.size() > BpeScratch::kMaxKeyBytes) return encode_uncached(word, scratch, out);
  const auto key = BpeScratch::key_of(word);
  auto& entry = scratch.entry_for(key);
  if (entry.word == key) {
    out.insert(out.end(), entry.ids.begin(), entry.ids.begin() + entry.n_ids);
    return;
  }
  const size_t before = out.size();
  encode_uncached(word, scratch, out);
  const size_t n_ids = out.size() - before;
  if (n_ids > entry.ids.size()) return;
  entry.word = key;
  entry.n_ids = static_cast<int32_t>(n_ids);
  std::copy(out.end() - entry.n_ids, out.end(), entry.ids.begin());
}

void Bpe::encode_uncached(std::string_view word, BpeScratch& scratch,
                          std::vector<int32_t>& out) const {
  if (whole_words_) {
    const int32_t id = tokens_.find(word);
    if (id != kNoToken && tokens_.kind(id) == TokenKind::normal) return out.push_back(id);
  }
  BpeScratch::Tokens& list = scratch.tokens_;
  list.ids.clear();
  for (size_t i = 0; i < word.size();) {
    const int32_t whole = whole_chars_.find(word, i);
    const int32_t id = whole != kNoToken ? whole : byte_ids_[static_cast<uint8_t>(word[i])];
    if (id != kNoToken) list.ids.push_back(id);
    i += whole != kNoToken ? 3 : 1;
  }
  list.link();
  list.size() <= kShortWord ? merge_short(scratch) : merge_long(scratch);
  for (int32_t i = 0; i < list.size(); i = list.next[i]) out.push_back(list.ids[i]);
}

// Rank of merging the token at i with its right neighbour.
uint32_t Bpe::rank_at(const BpeScratch::Tokens& list, int32_t i) const {
  const int32_t right = list.next[i];
  return right < list.size() ? merges_.rank(list.ids[i], list.ids[right]) : MergeTable::kNoMerge;
}

void Bpe::merge_short(BpeScratch& scratch) const {
  // Rank and position in one number, so that one minimum, which compilers vectorise, finds both.
  constexpr int32_t kNone = INT32_MAX;
  static_assert(MergeTable::kMaxMerges < (kNone >> kShortBits));
  std::array<int32_t, kShortWord> keys;
  BpeScratch::Tokens& list = scratch.tokens_;
  const int32_t n = list.size();
  auto update = [&](int32_t i) {
    const uint32_t rank = rank_at(list, i);
    keys[i] = rank == MergeTable::kNoMerge ? kNone : static_cast<int32_t>(rank << kShortBits) | i;
  };
  for (int32_t i = 0; i < n; ++i) update(i);
  while (true) {
    int32_t best = kNone;
    for (int32_t i = 0; i < n; ++i) best = std::min(best, keys[i]);
    if (best == kNone) return;
    const int32_t i = best % kShortWord;
    keys[list.join_next(i, merges_.product(static_cast<uint32_t>(best) >> kShortBits))] = kNone;
    update(i);
    if (i > 0) update(list.previous[i]);
  }
}

// A heap of rank << 32 | position. An entry whose rank is no longer that of its position is stale;
// so is every entry of a position that was merged away.
void Bpe::merge_long(BpeScratch& scratch) const {
  BpeScratch::Tokens& list = scratch.tokens_;
  std::vector<uint32_t>& ranks = scratch.ranks_;
  std::vector<uint64_t>& heap = scratch.heap_;
  auto entry = [&](int32_t i) { return uint64_t{ranks[i]} << 32 | static_cast<uint32_t>(i); };
  auto update = [&](int32_t i) {
    ranks[i] = rank_at(list, i);
    if (ranks[i] == MergeTable::kNoMerge) return;
    heap.push_back(entry(i));
    std::push_heap(heap.begin(), heap.end(), std::greater<>());
  };
  heap.clear();
  ranks.resize(list.ids.size());
  for (int32_t i = 0; i < list.size(); ++i) update(i);
  while (!heap.empty()) {
    const uint64_t best = heap.front();
    std::pop_heap(heap.begin(), heap.end(), std::greater<>());
    heap.pop_back();
    const auto i = static_cast<int32_t>(best & UINT32_MAX);
    if (best != entry(i)) continue;
    ranks[list.join_next(i, merges_.product(ranks[i]))] = MergeTable::kNoMerge;
    update(i);
    if (i > 0) update(list.previous[i]);
  }
}

}  // namespace q3l
