#include "cli/answer_parts.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/error.h"
#include "engine/json_automaton.h"

namespace q3l::cli {

namespace {

constexpr std::string_view kThink = "<think>", kThought = "</think>";
constexpr std::string_view kCall = "<tool_call>", kCalled = "</tool_call>";

// The last bytes of `text` that may turn out to be the beginning of `tag`.
size_t beginning_of(std::string_view tag, std::string_view text) {
  size_t n = std::min(tag.size() - 1, text.size());
  while (n > 0 && !text.ends_with(tag.substr(0, n))) --n;
  return n;
}

void drop_first_newlines(std::string& text) {
  text.erase(0, std::min(text.find_first_not_of('\n'), text.size()));
}

// Whether `text` is the beginning of a JSON object that stops within a string.
bool ends_in_string(std::string_view text) {
  const size_t begin = text.find('{');
  if (begin == text.npos) return false;
  JsonAutomaton object;
  const auto follows = [&](char c) { return object.advance(static_cast<uint8_t>(c)); };
  return std::ranges::all_of(text.substr(begin + 1), follows) && object.is_between_characters();
}

std::optional<ToolCall> parse_call(const std::string& text) try {
  const Json json = parse_json(text);
  const Json* name = json.find("name");
  const Json* arguments = json.find("arguments");
  const bool is_call = name && name->kind == Json::Kind::string && arguments &&
                       arguments->kind == Json::Kind::object;
  return is_call ? std::optional(ToolCall{name->text, arguments->dump()}) : std::nullopt;
} catch (const InvalidArgumentError&) {
  return std::nullopt;
}

}  // namespace

std::vector<AnswerPart> AnswerSplitter::push(const std::string& piece) {
  held_ += piece;
  while (advance()) {
  }
  return std::exchange(parts_, {});
}

std::vector<AnswerPart> AnswerSplitter::finish() {
  const bool is_thought = state_ == State::thinking;
  if (is_thought) held_.erase(held_.find_last_not_of('\n') + 1);
  if (state_ == State::call) held_.insert(0, kCall);
  if (!is_thought && !has_begun_) drop_first_newlines(held_);
  emit(is_thought ? AnswerPart::Kind::thinking : AnswerPart::Kind::text, std::exchange(held_, {}));
  return std::exchange(parts_, {});
}

bool AnswerSplitter::advance() {
  switch (state_) {
    case State::undecided:
      return decide();
    case State::thinking:
      return take_thinking();
    case State::text:
      return take_text();
    default:
      return take_call();
  }
}

bool AnswerSplitter::decide() {
  const size_t blanks = std::min(held_.find_first_not_of(" \t\r\n"), held_.size());
  const std::string_view text = std::string_view(held_).substr(blanks);
  if (text.starts_with(kThink)) {
    held_.erase(0, blanks + kThink.size());
    state_ = State::thinking;
  } else if (!kThink.starts_with(text)) {
    state_ = State::text;
  }
  return state_ != State::undecided;
}

bool AnswerSplitter::take_thinking() {
  if (!has_begun_) drop_first_newlines(held_);
  emit(AnswerPart::Kind::thinking, take_before(kThought, State::text));
  if (state_ == State::thinking) return false;
  has_begun_ = false;
  return true;
}

bool AnswerSplitter::take_text() {
  if (!has_begun_) drop_first_newlines(held_);
  emit(AnswerPart::Kind::text,
       has_tools_ ? take_before(kCall, State::call) : std::exchange(held_, {}));
  return state_ == State::call;
}

// What is certain to stand before the tag, without newlines at its end.
std::string AnswerSplitter::take_before(std::string_view tag, State next) {
  const size_t end = held_.find(tag);
  const bool is_over = end != held_.npos;
  std::string ready = held_.substr(0, is_over ? end : held_.size() - beginning_of(tag, held_));
  ready.erase(ready.find_last_not_of('\n') + 1);
  held_.erase(0, is_over ? end + tag.size() : ready.size());
  if (is_over) state_ = next;
  return ready;
}

bool AnswerSplitter::take_call() {
  size_t end = held_.find(kCalled);
  while (end != held_.npos && ends_in_string(std::string_view(held_).substr(0, end))) {
    end = held_.find(kCalled, end + 1);  // an argument spells the tag
  }
  if (end == held_.npos) return false;
  const std::string body = held_.substr(0, end);
  held_.erase(0, end + kCalled.size());
  state_ = State::text;
  if (auto call = parse_call(body)) {
    parts_.push_back({AnswerPart::Kind::call, {}, std::move(*call)});
    has_begun_ = false;
  } else {
    emit(AnswerPart::Kind::text, std::string(kCall) + body + std::string(kCalled));
  }
  return true;
}

void AnswerSplitter::emit(AnswerPart::Kind kind, std::string text) {
  if (text.empty()) return;
  has_begun_ = true;
  parts_.push_back({kind, std::move(text), {}});
}

}  // namespace q3l::cli
