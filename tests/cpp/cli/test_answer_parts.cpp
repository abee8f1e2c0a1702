#include "cli/answer_parts.h"

#include <doctest/doctest.h>

namespace q3l::cli {

namespace {

// What an answer comes to: thinking in (), calls in [], text as it is.
std::string shown(const std::vector<AnswerPart>& parts) {
  std::string out;
  AnswerPart::Kind last = AnswerPart::Kind::text;
  bool is_open = false;
  for (const AnswerPart& part : parts) {
    if (is_open && part.kind != last) out += ')', is_open = false;
    if (part.kind == AnswerPart::Kind::thinking && !is_open) out += '(', is_open = true;
    out += part.kind == AnswerPart::Kind::call
               ? "[" + part.call.name + " " + part.call.arguments + "]"
               : part.text;
    last = part.kind;
  }
  return is_open ? out + ")" : out;
}

std::string split(std::initializer_list<std::string> pieces, bool has_tools = true) {
  AnswerSplitter splitter(has_tools);
  std::vector<AnswerPart> parts;
  const auto take = [&](std::vector<AnswerPart> more) {
    for (AnswerPart& part : more) parts.push_back(std::move(part));
  };
  for (const std::string& piece : pieces) take(splitter.push(piece));
  take(splitter.finish());
  return shown(parts);
}

const std::string kCall = "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": 1}}\n</tool_call>";

struct Answer {
  std::string text, expected;
};

const Answer kAnswers[] = {
    {"Hello.", "Hello."},
    {"<think>\nWhy?\n\n</think>\n\nSo.", "(Why?)So."},
    {"\n<think></think>\n\nSo.\n\nAnd.", "So.\n\nAnd."},
    {"<think>never over\n", "(never over)"},
    {"a </think> b <think>", "a </think> b <think>"},
    {kCall, "[f {\"a\": 1}]"},
    {"Both:\n" + kCall + "\n" + kCall, "Both:[f {\"a\": 1}][f {\"a\": 1}]"},
    {"<think>\n" + kCall + "</think>" + kCall, "(" + kCall + ")[f {\"a\": 1}]"},
    {"<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": \"</tool_call> "
     "\\\"</tool_call>\"}}</tool_call>.",
     "[f {\"a\": \"</tool_call> \\\"</tool_call>\"}]."},
    {"<tool_call>{\"name\": \"f\"}</tool_call>", "<tool_call>{\"name\": \"f\"}</tool_call>"},
    {"<tool_call>{\"name\": \"f\", \"argu", "<tool_call>{\"name\": \"f\", \"argu"},
    {"1 <tool 2", "1 <tool 2"},
};

}  // namespace

TEST_CASE("an answer has the same parts however it is cut") {
  for (const auto& [text, expected] : kAnswers) {
    CAPTURE(text);
    for (size_t i = 0; i <= text.size(); ++i) {
      CAPTURE(i);
      for (size_t n : {size_t{0}, size_t{1}, size_t{7}}) {
        const size_t j = std::min(text.size(), i + n);
        CHECK(split({text.substr(0, i), text.substr(i, j - i), text.substr(j)}) == expected);
      }
    }
  }
}

TEST_CASE("without tools a call is text") {
  CHECK(split({kCall}, false) == kCall);
}

}  // namespace q3l::cli
