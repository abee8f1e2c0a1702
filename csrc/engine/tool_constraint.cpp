#include "engine/tool_constraint.h"

#include <algorithm>

#include "base/error.h"
#include "base/json.h"
#include "base/utf8.h"

namespace q3l {

namespace {

int32_t require_tag(const Tokenizer& tokenizer, const char* text) {
  if (const auto id = tokenizer.find(text)) return *id;
  throw UnsupportedModelError("the model has no token " + std::string(text) +
                              ", so it cannot call tools; leave them out");
}

std::vector<std::string> heads_of(const std::vector<std::string>& names) {
  std::vector<std::string> heads;
  heads.reserve(names.size());
  for (const std::string& name : names) {
    heads.push_back("\n{\"name\": " + json_string(name) + ", \"arguments\": {");
  }
  std::ranges::sort(heads);
  if (std::ranges::adjacent_find(heads) != heads.end()) {
    throw InvalidArgumentError("two tools have the same name; give each one of its own");
  }
  return heads;
}

bool is_mere_characters(std::string_view bytes) {
  return is_valid_utf8(bytes) && std::ranges::none_of(bytes, [](char c) {
           return static_cast<uint8_t>(c) < 0x20 || c == '"' || c == '\\';
         });
}

std::vector<TokenTrie::Entry> ordinary_tokens(const Tokenizer& tokenizer) {
  std::vector<bool> is_special(static_cast<size_t>(tokenizer.n_vocab()));
  for (int32_t id : tokenizer.specials()) is_special[static_cast<size_t>(id)] = true;
  std::vector<TokenTrie::Entry> tokens;
  for (int32_t id = 0; id < tokenizer.n_vocab(); ++id) {
    const std::string_view bytes = tokenizer.piece(id);
    if (!is_special[static_cast<size_t>(id)] && !bytes.empty()) tokens.push_back({bytes, id});
  }
  return tokens;
}

std::vector<TokenTrie::Entry> without_characters(std::vector<TokenTrie::Entry> tokens) {
  std::erase_if(tokens, [](const auto& token) { return is_mere_characters(token.bytes); });
  return tokens;
}

void set_bit(std::span<uint32_t> mask, int32_t id) {
  mask[static_cast<size_t>(id) / 32] |= 1u << id % 32;
}

}  // namespace

bool ToolCallAutomaton::advance(uint8_t byte) {
  if (!has_head_) return advance_head(byte);
  if (!arguments_.is_complete()) return arguments_.advance(byte);
  return !is_complete() && byte == static_cast<uint8_t>(kTail[n_tail_++]);
}

bool ToolCallAutomaton::advance_head(uint8_t byte) {
  auto next = [&](uint32_t i) { return static_cast<uint8_t>((*heads_)[i][n_head_]); };
  while (first_ < end_ && next(first_) != byte) ++first_;
  while (first_ < end_ && next(end_ - 1) != byte) --end_;
  if (first_ == end_) return false;
  has_head_ = ++n_head_ == (*heads_)[first_].size();
  return true;
}

ToolCallTokens::ToolCallTokens(const Tokenizer& tokenizer, const std::vector<std::string>& names)
    : ToolCallTokens(tokenizer, names, ordinary_tokens(tokenizer)) {}

ToolCallTokens::ToolCallTokens(const Tokenizer& tokenizer, const std::vector<std::string>& names,
                               const Entries& ordinary)
    : tokenizer_(tokenizer),
      open_(require_tag(tokenizer, "<tool_call>")),
      close_(require_tag(tokenizer, "</tool_call>")),
      heads_(heads_of(names)),
      characters_(static_cast<size_t>(tokenizer.n_vocab() + 31) / 32),
      tokens_(ordinary),
      others_(without_characters(ordinary)) {
  for (const auto& [bytes, id] : ordinary) {
    if (is_mere_characters(bytes)) set_bit(characters_, id);
  }
}

void ToolCallTokens::advance(ToolCallAutomaton& state, int32_t token) const {
  for (char c : tokenizer_.piece(token)) state.advance(static_cast<uint8_t>(c));
}

void ToolCallTokens::allow(std::vector<ToolCallAutomaton>& states, std::span<uint32_t> mask) const {
  if (states[0].is_complete()) return set_bit(mask, close_);
  const bool in_string = states[0].is_between_characters();
  if (in_string) std::ranges::copy(characters_, mask.begin());
  (in_string ? others_ : tokens_).walk(states, [&](int32_t id) { set_bit(mask, id); });
}

ToolConstraint::ToolConstraint(std::shared_ptr<const ToolCallTokens> tokens)
    : tokens_(std::move(tokens)),
      states_(static_cast<size_t>(tokens_->longest()) + 1, tokens_->begin()) {}

bool ToolConstraint::restrict(std::span<const float>, std::span<uint32_t> mask) {
  if (is_in_call_) tokens_->allow(states_, mask);
  return is_in_call_;
}

bool ToolConstraint::accept(int32_t token) {
  if (token == tokens_->open()) {
    is_in_call_ = true;
    states_[0] = tokens_->begin();
  } else if (token == tokens_->close()) {
    is_in_call_ = false;
  } else if (is_in_call_) {
    tokens_->advance(states_[0], token);
  }
  return true;
}

}  // namespace q3l
