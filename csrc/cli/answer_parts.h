// Tells what a model thinks, says and calls apart while its answer streams.
// INVARIANT: the parts of a kind join to the same however the text is cut.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/chat.h"

namespace q3l::cli {

struct AnswerPart {
  enum class Kind { thinking, text, call };

  Kind kind;
  std::string text;  // of thinking and text
  ToolCall call;
};

// Thinking is what stands before the first </think> of an answer that starts with <think>. Newlines
// around it, and before what the model says, belong to neither. Calls are looked for behind it, if
// tools were offered; one that is no JSON of a name and arguments, as where the answer was broken
// off, is text.
class AnswerSplitter {
 public:
  explicit AnswerSplitter(bool has_tools) : has_tools_(has_tools) {}

  std::vector<AnswerPart> push(const std::string& piece);
  std::vector<AnswerPart> finish();  // what was held back

 private:
  enum class State { undecided, thinking, text, call };

  bool advance();  // false: nothing more is certain
  bool decide();
  bool take_thinking();
  bool take_text();
  bool take_call();
  std::string take_before(std::string_view tag, State next);
  void emit(AnswerPart::Kind kind, std::string text);

  const bool has_tools_;
  State state_ = State::undecided;
  bool has_begun_ = false;  // the thinking, or the text
  std::string held_;
  std::vector<AnswerPart> parts_;
};

}  // namespace q3l::cli
