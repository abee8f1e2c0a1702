// Tool calls as Qwen3 writes them: <tool_call>\n{"name": NAME, "arguments": OBJECT}\n</tool_call>.
// Once a call has begun, only tokens may come that keep it well-formed and the name one of those
// offered; outside of calls any may.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/json_automaton.h"
#include "engine/token_constraint.h"
#include "engine/token_trie.h"
#include "tokenizer/tokenizer.h"

namespace q3l {

// The text of a call, byte by byte, between the two tags.
class ToolCallAutomaton {
 public:
  // `heads`: how a call of each tool begins, sorted, up to and with the '{' of its arguments.
  // REQUIRES: none is the beginning of another; they outlive the automaton.
  explicit ToolCallAutomaton(const std::vector<std::string>& heads)
      : heads_(&heads), end_(static_cast<uint32_t>(heads.size())) {}

  bool advance(uint8_t byte);  // false: it may not come here
  bool is_complete() const { return n_tail_ == kTail.size(); }
  bool is_between_characters() const { return has_head_ && arguments_.is_between_characters(); }

 private:
  static constexpr std::string_view kTail = "}\n";

  bool advance_head(uint8_t byte);

  const std::vector<std::string>* heads_;
  uint32_t first_ = 0, end_;  // heads that begin as the text does,
  uint32_t n_head_ = 0;       // as far as it goes
  uint8_t n_tail_ = 0;
  bool has_head_ = false;
  JsonAutomaton arguments_;
};

// What calls may consist of, by a model's tokens and the tools that it is offered: made once for
// many requests.
class ToolCallTokens {
 public:
  // Throws UnsupportedModelError when the vocabulary has no tags of tool calls,
  // InvalidArgumentError for a name that comes twice.
  ToolCallTokens(const Tokenizer& tokenizer, const std::vector<std::string>& names);

  int32_t open() const { return open_; }    // <tool_call>
  int32_t close() const { return close_; }  // </tool_call>
  ToolCallAutomaton begin() const { return ToolCallAutomaton(heads_); }
  int longest() const { return tokens_.longest(); }
  void advance(ToolCallAutomaton& state, int32_t token) const;
  // Sets the bits of the tokens that states[0] allows; the others are overwritten.
  // REQUIRES: states has longest() + 1 elements.
  void allow(std::vector<ToolCallAutomaton>& states, std::span<uint32_t> mask) const;

 private:
  using Entries = std::vector<TokenTrie::Entry>;
  ToolCallTokens(const Tokenizer& tokenizer, const std::vector<std::string>& names,
                 const Entries& ordinary);

  const Tokenizer& tokenizer_;
  const int32_t open_, close_;
  std::vector<std::string> heads_;
  // Within a string nearly all tokens may come. Those that are whole characters without meaning to
  // JSON are one mask; only the others have to be tried.
  std::vector<uint32_t> characters_;
  TokenTrie tokens_, others_;
};

class ToolConstraint : public TokenConstraint {
 public:
  explicit ToolConstraint(std::shared_ptr<const ToolCallTokens> tokens);

  bool restrict(std::span<const float> logits, std::span<uint32_t> mask) override;
  bool accept(int32_t token) override;

 private:
  std::shared_ptr<const ToolCallTokens> tokens_;
  bool is_in_call_ = false;
  std::vector<ToolCallAutomaton> states_;  // the call's, then what the walk tries
};

}  // namespace q3l
