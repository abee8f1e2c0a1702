#include "tokenizer/chat_template.h"

#include "base/error.h"

namespace q3l {

namespace {

constexpr std::string_view kStart = "<|im_start|>", kEnd = "<|im_end|>";
constexpr std::string_view kThinkStart = "<think>", kThinkEnd = "</think>";

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

int32_t require_token(const Tokenizer& tokenizer, std::string_view text) {
  if (auto id = tokenizer.find(text)) return *id;
  throw UnsupportedModelError("the model has no token " + std::string(text) +
                              ", so it cannot chat; complete bare text instead (--raw)");
}

// An assistant's earlier answer without its thoughts, as Qwen3's template shows it.
std::string_view without_thoughts(std::string_view content) {
  const size_t end = content.rfind(kThinkEnd);
  if (end == content.npos) return content;
  content.remove_prefix(end + kThinkEnd.size());
  content.remove_prefix(std::min(content.find_first_not_of('\n'), content.size()));
  return content;
}

}  // namespace

ChatTemplate::ChatTemplate(const Tokenizer& tokenizer, std::string_view source,
                           std::optional<std::string_view> default_system)
    : tokenizer_(tokenizer),
      start_(require_token(tokenizer, kStart)),
      end_(require_token(tokenizer, kEnd)),
      default_system_(default_system.value_or(literal_system(source))),
      can_think_(source.find("enable_thinking") != source.npos) {}

void ChatTemplate::append_text(std::vector<int32_t>& ids, std::string_view text) const {
  const std::vector<int32_t> more = tokenizer_.encode(text, false);
  ids.insert(ids.end(), more.begin(), more.end());
}

std::vector<int32_t> ChatTemplate::encode(std::span<const ChatMessage> messages,
                                          bool thinking) const {
  std::vector<int32_t> ids;
  auto add_turn = [&](const std::string& role, std::string_view content) {
    ids.push_back(start_);
    append_text(ids, role + "\n" + std::string(content));
    ids.push_back(end_);
    append_text(ids, "\n");
  };
  const bool has_system = !messages.empty() && messages.front().role == "system";
  if (!has_system && !default_system_.empty()) add_turn("system", default_system_);
  for (const ChatMessage& m : messages) {
    const bool thought = can_think_ && m.role == "assistant";
    add_turn(m.role, thought ? without_thoughts(m.content) : std::string_view(m.content));
  }
  ids.push_back(start_);
  append_text(ids, "assistant\n");
  if (can_think_ && !thinking) {
    const std::string empty_thought =
        std::string(kThinkStart) + "\n\n" + std::string(kThinkEnd) + "\n\n";
    const std::vector<int32_t> more = tokenizer_.encode(empty_thought, true);
    ids.insert(ids.end(), more.begin(), more.end());
  }
  return ids;
}

}  // namespace q3l
