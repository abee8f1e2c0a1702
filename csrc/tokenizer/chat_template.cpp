#include "tokenizer/chat_template.h"

#include <algorithm>

#include "base/error.h"

namespace q3l {

namespace {

constexpr std::string_view kStart = "<|im_start|>", kEnd = "<|im_end|>";
constexpr std::string_view kThinkStart = "<think>", kThinkEnd = "</think>";
constexpr std::string_view kBeforeTools =
    "# Tools\n\nYou may call one or more functions to assist with the user query.\n\n"
    "You are provided with function signatures within <tools></tools> XML tags:\n<tools>";
constexpr std::string_view kAfterTools =
    "\n</tools>\n\nFor each function call, return a json object with function name and arguments "
    "within <tool_call></tool_call> XML tags:\n<tool_call>\n"
    "{\"name\": <function-name>, \"arguments\": <args-json-object>}\n</tool_call>";

// A system turn written out in a template: "<|im_start|>system\n...<|im_end|>", without
// expressions.
std::string_view literal_system(std::string_view source) {
  constexpr std::string_view kOpening = "<|im_start|>system\n";
  const size_t begin = source.find(kOpening);
  if (begin == source.npos) return {};
  std::string_view rest = source.substr(begin + kOpening.size());
  const std::string_view text = rest.substr(0, rest.find(kEnd));
  const bool is_literal = text.size() < rest.size() && text.find_first_of("{}'") == text.npos;
  return is_literal ? text : std::string_view{};
}

void require_token(const Tokenizer& tokenizer, std::string_view text) {
  if (tokenizer.find(text)) return;
  throw UnsupportedModelError("the model has no token " + std::string(text) +
                              ", so it cannot chat; complete bare text instead (--raw)");
}

// As Python's lstrip and rstrip of newlines.
std::string_view without_first_newlines(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of('\n'), text.size()));
}
std::string_view without_last_newlines(std::string_view text) {
  return text.substr(0, text.find_last_not_of('\n') + 1);
}

// An answer as Qwen3's template takes it apart.
struct Answer {
  std::string_view thoughts, content;

  explicit Answer(const ChatMessage& message) : content(message.content) {
    const size_t end = content.find(kThinkEnd);
    if (message.reasoning) {
      thoughts = *message.reasoning;
    } else if (end != content.npos) {
      thoughts = without_last_newlines(content.substr(0, end));
      const size_t start = thoughts.rfind(kThinkStart);
      if (start != thoughts.npos) thoughts.remove_prefix(start + kThinkStart.size());
      thoughts = without_first_newlines(thoughts);
      content = without_first_newlines(content.substr(content.rfind(kThinkEnd) + kThinkEnd.size()));
    }
  }
};

// The last message that a user wrote: what tools responded may stand in the user's name too.
size_t last_query(std::span<const ChatMessage> messages) {
  for (size_t i = messages.size(); i-- > 0;) {
    const std::string_view content = messages[i].content;
    const bool is_response =
        content.starts_with("<tool_response>") && content.ends_with("</tool_response>");
    if (messages[i].role == "user" && !is_response) return i;
  }
  return messages.size() - 1;
}

void add_turn(PromptTokens& out, std::string_view role, std::string_view content) {
  out.add_template(kStart).add_text(role).add_text("\n").add_text(content);
  out.add_template(kEnd).add_text("\n");
}

// Responses that follow each other are one turn of the user.
void add_response(PromptTokens& out, const ChatMessage& message, bool is_first, bool is_last) {
  if (is_first) out.add_template(kStart).add_text("user");
  out.add_template("\n<tool_response>\n").add_text(message.content);
  out.add_template("\n</tool_response>");
  if (is_last) out.add_template(kEnd).add_text("\n");
}

void add_answer(PromptTokens& out, const ChatMessage& message, bool shows_thoughts, bool is_last) {
  const Answer answer(message);
  out.add_template(kStart).add_text("assistant\n");
  if (shows_thoughts && (is_last || !answer.thoughts.empty())) {
    out.add_template("<think>\n");
    out.add_answer(without_first_newlines(without_last_newlines(answer.thoughts)));
    out.add_template("\n</think>\n\n").add_answer(without_first_newlines(answer.content));
  } else {
    out.add_answer(answer.content);
  }
  bool is_first = answer.content.empty();
  for (const auto& [name, arguments] : message.tool_calls) {
    out.add_template(is_first ? "<tool_call>\n" : "\n<tool_call>\n");
    out.add_text("{\"name\": \"").add_answer(name);
    out.add_text("\", \"arguments\": ").add_answer(arguments);
    out.add_template("}\n</tool_call>");
    is_first = false;
  }
  out.add_template(kEnd).add_text("\n");
}

void require_no_tools(std::span<const ChatMessage> messages, std::span<const Json> tools) {
  const bool has_none = tools.empty() && std::ranges::none_of(messages, [](const ChatMessage& m) {
                          return m.role == "tool" || !m.tool_calls.empty();
                        });
  if (has_none) return;
  throw UnsupportedModelError(
      "the model's chat template has no place for tools; leave them out or take a Qwen3 model");
}

}  // namespace

ChatTemplate::ChatTemplate(const Tokenizer& tokenizer, std::string_view source,
                           std::optional<std::string_view> default_system)
    : tokenizer_(tokenizer),
      default_system_(default_system.value_or(literal_system(source))),
      can_think_(source.find("enable_thinking") != source.npos),
      keeps_thoughts_(source.find("last_query_index") != source.npos),
      is_qwen3_(source.find(R"("# Tools\n\nYou may call one or more functions)") != source.npos) {
  require_token(tokenizer, kStart);
  require_token(tokenizer, kEnd);
}

std::vector<int32_t> ChatTemplate::encode(std::span<const ChatMessage> messages, bool thinking,
                                          std::span<const Json> tools) const {
  if (!is_qwen3_) require_no_tools(messages, tools);
  PromptTokens out(tokenizer_);
  const bool has_system = !messages.empty() && messages.front().role == "system";
  add_system(out, has_system ? &messages.front().content : nullptr, tools);
  const size_t query = last_query(messages);
  for (size_t i = has_system ? 1 : 0; i < messages.size(); ++i) {
    const ChatMessage& m = messages[i];
    const bool is_last = i + 1 == messages.size();
    if (m.role == "assistant" && (can_think_ || is_qwen3_)) {
      add_answer(out, m, keeps_thoughts_ && i > query, is_last);
    } else if (m.role == "tool" && is_qwen3_) {
      add_response(out, m, i == 0 || messages[i - 1].role != "tool",
                   is_last || messages[i + 1].role != "tool");
    } else {
      add_turn(out, m.role, m.content);
    }
  }
  out.add_template(kStart).add_text("assistant\n");
  if (can_think_ && !thinking) out.add_template("<think>\n\n</think>\n\n");
  return out.finish();
}

void ChatTemplate::add_system(PromptTokens& out, const std::string* given,
                              std::span<const Json> tools) const {
  const std::string& text = given ? *given : default_system_;
  const bool has_text = given || !text.empty();
  if (tools.empty()) {
    if (has_text) add_turn(out, "system", text);
    return;
  }
  out.add_template(kStart).add_text("system\n");
  if (has_text) out.add_text(text).add_text("\n\n");
  out.add_template(kBeforeTools);
  for (const Json& tool : tools) out.add_text("\n").add_text(tool.dump());
  out.add_template(kAfterTools).add_template(kEnd).add_text("\n");
}

}  // namespace q3l
