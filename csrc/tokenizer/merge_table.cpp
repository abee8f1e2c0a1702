#include "tokenizer/merge_table.h"

#include <algorithm>
#include <array>
#include <bit>

#include "base/error.h"
#include "tokenizer/byte_alphabet.h"

namespace q3l {

namespace {

[[noreturn]] void fail(const std::string& file, std::string_view merge, const char* what) {
  throw ModelFormatError(file + ": merge " + quoted(std::string(merge)) +
                         " of tokenizer.ggml.merges " + what + "; convert the model again");
}

// "left right", decoded; both and their product are views of one buffer.
struct MergeText {
  std::string_view source, left, right, product;
  uint64_t left_hash, right_hash;
};

// Writes the merge's bytes to `to`, which has room for them.
MergeText decode_merge(std::string_view merge, char* to, const std::string& file) {
  // The alphabet has no space, so the first one after the left token's first character separates.
  const size_t space = merge.find(' ', 1);
  if (space == std::string_view::npos) fail(file, merge, "is not two tokens and a space");
  char* const middle = decode_byte_alphabet(merge.substr(0, space), to);
  char* const end = middle ? decode_byte_alphabet(merge.substr(space + 1), middle) : nullptr;
  if (end == nullptr) fail(file, merge, "has a character outside the byte alphabet");
  MergeText text{merge, {to, middle}, {middle, end}, {to, end}, 0, 0};
  text.left_hash = hash_bytes(text.left);
  text.right_hash = hash_bytes(text.right);
  return text;
}

}  // namespace

MergeTable::MergeTable(std::span<const std::string_view> merges, const TokenTable& tokens,
                       const std::string& file)
    : size_(static_cast<uint32_t>(merges.size())) {
  const int bits = static_cast<int>(std::bit_width(merges.size() + merges.size() / 2 + 1));
  slots_.assign(size_t{1} << bits, kEmpty);
  mask_ = slots_.size() - 1;
  shift_ = 64 - bits;
  products_.reserve(merges.size());

  // A batch at a time, so that the tables' cache misses overlap: a sixth less time.
  constexpr size_t kBatch = 16;
  std::array<MergeText, kBatch> texts;
  std::array<uint64_t, kBatch> pairs;
  std::vector<char> buffer;
  auto find = [&](std::string_view bytes, uint64_t hash, const MergeText& text) {
    const int32_t id = tokens.find(bytes, hash);
    if (id == kNoToken) fail(file, text.source, "names or makes a token that is not listed");
    return id;
  };
  int32_t product = 0;
  for (size_t from = 0; from < merges.size(); from += kBatch) {
    const auto batch = merges.subspan(from, std::min(kBatch, merges.size() - from));
    size_t bytes = 0;
    for (std::string_view merge : batch) bytes += merge.size();
    buffer.resize(bytes);
    char* to = buffer.data();
    for (size_t i = 0; i < batch.size(); ++i) {
      texts[i] = decode_merge(batch[i], to, file);
      to += texts[i].product.size();
      tokens.prefetch(texts[i].left_hash);
      tokens.prefetch(texts[i].right_hash);
    }
    for (size_t i = 0; i < batch.size(); ++i) {
      const MergeText& t = texts[i];
      pairs[i] = pair_bits(find(t.left, t.left_hash, t), find(t.right, t.right_hash, t));
      __builtin_prefetch(&slots_[home(pairs[i])]);
      // Vocabularies usually list products in the order of their merges: look there first.
      ++product;
      if (product >= tokens.size() || tokens.bytes(product) != t.product) {
        product = find(t.product, hash_bytes(t.product), t);
      }
      products_.push_back(product);
    }
    for (size_t i = 0; i < batch.size(); ++i) insert(pairs[i], static_cast<uint32_t>(from + i));
  }
  first_product_ = products_.empty() ? 0 : products_.front();
  const auto breaks_row = [](int32_t a, int32_t b) { return b != a + 1; };
  if (std::ranges::adjacent_find(products_, breaks_row) == products_.end()) {
    std::vector<int32_t>().swap(products_);
  }
}

// Of a pair listed twice the later rank counts, as in Hugging Face tokenizers.
void MergeTable::insert(uint64_t pair, uint32_t rank) {
  size_t slot = home(pair);
  while (slots_[slot] != kEmpty && slots_[slot] >> kRankBits != pair) slot = (slot + 1) & mask_;
  slots_[slot] = pair << kRankBits | rank;
}

}  // namespace q3l
