// Prompts of conversations for programs without a Jinja engine: Qwen3's template in full (tools,
// their calls and responses, thoughts), and plain ChatML with a default system turn for others.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "tokenizer/prompt_tokens.h"
#include "tokenizer/tokenizer.h"

namespace q3l {

struct ToolCall {
  std::string name;
  std::string arguments;  // a JSON object
};

// Texts are tokenised as plain text: special tokens in them have no effect, but for those that a
// model that thinks or calls tools may have written itself (<think>, <tool_call>).
struct ChatMessage {
  std::string role;  // "system", "user", "assistant" or "tool"
  std::string content;
  // Of the assistant: its thoughts, which else are looked for in the content, and calls of tools.
  std::optional<std::string> reasoning = {};
  std::vector<ToolCall> tool_calls = {};
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
  // starts after an empty thought. `tools`: definitions, offered as they stand. Throws
  // UnsupportedModelError for tools, their calls or responses where the template has no place for
  // them.
  std::vector<int32_t> encode(std::span<const ChatMessage> messages, bool thinking,
                              std::span<const Json> tools = {}) const;

 private:
  // `given`: the conversation's own system message, or nullptr.
  void add_system(PromptTokens& out, const std::string* given, std::span<const Json> tools) const;

  const Tokenizer& tokenizer_;
  std::string default_system_;
  bool can_think_, keeps_thoughts_, is_qwen3_;
};

}  // namespace q3l
