// Shows answers while they stream. For people: what the model says and calls on stdout, a call on a
// line of its own, what it thinks on stderr. For programs: one JSON object a line.
#pragma once

#include "cli/answer_parts.h"
#include "engine/generation.h"

namespace q3l::cli {

class AnswerWriter {
 public:
  explicit AnswerWriter(bool is_json) : is_json_(is_json) {}

  void write(const AnswerPart& part);
  void finish(const Generation& generation);

 private:
  void write_plain(const AnswerPart& part);

  const bool is_json_;
  bool is_thinking_ = false;
  bool is_in_line_ = false;  // of stdout
  bool has_called_ = false;
};

// {"name": ..., "arguments": ...}
JsonObject& add_call(JsonObject& object, const ToolCall& call);
// How the generation ended, how long it is and how fast it was.
JsonObject& add_summary(JsonObject& object, const Generation& generation);

}  // namespace q3l::cli
