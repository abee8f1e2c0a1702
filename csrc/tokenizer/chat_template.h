// ChatML prompts for programs without a Jinja engine: turns between <|im_start|> and <|im_end|>, a
// default system turn where the model has one, and Qwen3's switch for thinking.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace q3l {

struct ChatMessage {
  std::string role;     // "system", "user" or "assistant"
  std::string content;  // tokenised as plain text: special tokens in it have no effect
};

class ChatTemplate {
 public:
  // `source` is the model's Jinja template (empty: plain ChatML); `default_system` the system turn
  // that it puts before a conversation without one, where the file says so, else the literal in
  // `source` is used. Throws UnsupportedModelError when the vocabulary has no ChatML tokens.
  ChatTemplate(const Tokenizer& tokenizer, std::string_view source,
               std::optional<std::string_view> default_system);

  // Whether the template knows `enable_thinking`.
  bool can_think() const { return can_think_; }

  // Ids of the whole conversation and the start of the assistant's turn; without `thinking` that
  // starts after an empty thought.
  std::vector<int32_t> encode(std::span<const ChatMessage> messages, bool thinking) const;

 private:
  void append_text(std::vector<int32_t>& ids, std::string_view text) const;

  const Tokenizer& tokenizer_;
  int32_t start_, end_;
  std::string default_system_;
  bool can_think_;
};

}  // namespace q3l
