#include "tokenizer/token_table.h"

#include <algorithm>
#include <bit>

#include "tokenizer/byte_alphabet.h"

namespace q3l {

namespace {

constexpr uint32_t kEmpty = UINT32_MAX;
constexpr uint32_t kIdMask = (1u << kTokenIdBits) - 1;

uint32_t slot_value(uint64_t hash, int32_t id) {
  return static_cast<uint32_t>(hash) << kTokenIdBits | static_cast<uint32_t>(id);
}

bool is_special(TokenKind kind) {
  return kind == TokenKind::control || kind == TokenKind::user_defined;
}

}  // namespace

TokenTable::TokenTable(std::span<const std::string_view> tokens, std::span<const TokenKind> kinds) {
  size_t text_bytes = 0;
  for (std::string_view token : tokens) text_bytes += token.size();
  bytes_.resize(text_bytes);
  starts_.reserve(tokens.size() + 1);
  kinds_.reserve(tokens.size());
  const int bits = static_cast<int>(std::bit_width(tokens.size() + tokens.size() / 2));
  slots_.assign(size_t{1} << bits, kEmpty);
  shift_ = 64 - bits;

  char* to = bytes_.data();
  starts_.push_back(0);
  for (size_t id = 0; id < tokens.size(); ++id) {
    const std::string_view text = tokens[id];
    const TokenKind kind = kinds.empty() ? TokenKind::normal : kinds[id];
    char* const end = decode_byte_alphabet(text, to);
    const bool mergeable = end != nullptr && !text.empty() &&
                           (!is_special(kind) || std::equal(to, end, text.begin(), text.end()));
    to = mergeable ? end : std::copy(text.begin(), text.end(), to);
    starts_.push_back(static_cast<uint32_t>(to - bytes_.data()));
    kinds_.push_back(static_cast<uint8_t>(kind));
    if (mergeable) add_to_index(static_cast<int32_t>(id));
  }
  bytes_.resize(static_cast<size_t>(to - bytes_.data()));
  bytes_.shrink_to_fit();
}

// Slot that holds the token with these bytes, or the empty one where it belongs.
size_t TokenTable::slot_of(std::string_view bytes, uint64_t hash) const {
  const uint32_t tag = slot_value(hash, 0);
  size_t slot = home(hash);
  for (;; slot = (slot + 1) & (slots_.size() - 1)) {
    const uint32_t value = slots_[slot];
    if (value == kEmpty) return slot;
    if ((value & ~kIdMask) != tag) continue;
    if (this->bytes(static_cast<int32_t>(value & kIdMask)) == bytes) return slot;
  }
}

void TokenTable::add_to_index(int32_t id) {
  const uint64_t hash = hash_bytes(bytes(id));
  uint32_t& slot = slots_[slot_of(bytes(id), hash)];
  const bool kept = slot != kEmpty && kind(id) != TokenKind::normal &&
                    kind(static_cast<int32_t>(slot & kIdMask)) == TokenKind::normal;
  if (!kept) slot = slot_value(hash, id);
}

int32_t TokenTable::find(std::string_view bytes, uint64_t hash) const {
  const uint32_t value = slots_[slot_of(bytes, hash)];
  return value == kEmpty ? kNoToken : static_cast<int32_t>(value & kIdMask);
}

void TokenTable::drop_index() {
  std::vector<uint32_t>().swap(slots_);
}

}  // namespace q3l
