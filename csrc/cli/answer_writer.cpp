#include "cli/answer_writer.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace q3l::cli {

namespace {

void print(std::FILE* stream, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stream);
  std::fflush(stream);
}

std::string dimmed(const std::string& text) {
  static const bool is_shown = ::isatty(STDERR_FILENO) && !std::getenv("NO_COLOR");
  return is_shown ? "\x1b[2m" + text + "\x1b[0m" : text;
}

std::string json_of(const AnswerPart& part) {
  JsonObject object;
  switch (part.kind) {
    case AnswerPart::Kind::thinking:
      return object.add_string("type", "thinking").add_string("text", part.text).text();
    case AnswerPart::Kind::text:
      return object.add_string("type", "text").add_string("text", part.text).text();
    default:
      return add_call(object.add_string("type", "tool_call"), part.call).text();
  }
}

const char* name_of(FinishReason reason) {
  switch (reason) {
    case FinishReason::stop:
      return "stop";
    case FinishReason::length:
      return "length";
    default:
      return "interrupted";
  }
}

}  // namespace

void AnswerWriter::write(const AnswerPart& part) {
  is_json_ ? print(stdout, json_of(part) + "\n") : write_plain(part);
}

void AnswerWriter::write_plain(const AnswerPart& part) {
  if (part.kind == AnswerPart::Kind::thinking) {
    is_thinking_ = true;
    return print(stderr, dimmed(part.text));
  }
  if (std::exchange(is_thinking_, false)) print(stderr, "\n\n");
  if (part.kind == AnswerPart::Kind::text) {
    print(stdout, part.text);
    is_in_line_ = true;
  } else {
    if (std::exchange(is_in_line_, false)) print(stdout, "\n");
    JsonObject object;
    print(stdout, add_call(object, part.call).text() + "\n");
    has_called_ = true;
  }
}

void AnswerWriter::finish(const Generation& generation) {
  if (!is_json_) {
    if (is_in_line_ || !has_called_) print(stdout, "\n");
    return;
  }
  JsonObject object;
  print(stdout, add_summary(object.add_string("type", "done"), generation).text() + "\n");
}

JsonObject& add_call(JsonObject& object, const ToolCall& call) {
  return object.add_string("name", call.name).add("arguments", call.arguments);
}

JsonObject& add_summary(JsonObject& object, const Generation& generation) {
  const Timings& t = generation.timings();
  return object.add_string("finish_reason", name_of(generation.finish_reason()))
      .add("n_prompt", t.n_prompt)
      .add("n_generated", t.n_generated)
      .add("prompt_seconds", t.prompt_seconds)
      .add("decode_seconds", t.decode_seconds)
      .add("prompt_tok_s", t.prompt_rate())
      .add("decode_tok_s", t.decode_rate())
      .add("n_drafted", t.n_drafted)
      .add("n_accepted", t.n_accepted);
}

}  // namespace q3l::cli
