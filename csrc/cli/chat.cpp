#include "engine/chat.h"

#include <unistd.h>

#include <cstdio>
#include <iostream>

#include "base/error.h"
#include "cli/answer_writer.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/tools.h"
#include "engine/tool_constraint.h"

namespace q3l::cli {

namespace {

// The next line of stdin, asked for (on stderr) where that is a terminal; false at its end.
bool read_line(const std::string& asks, std::string& line) {
  static const bool is_terminal = ::isatty(STDIN_FILENO) != 0;
  if (is_terminal) std::cerr << asks << "> ";
  return static_cast<bool>(std::getline(std::cin, line));
}

class Conversation {
 public:
  explicit Conversation(const Arguments& arguments)
      : arguments_(arguments),
        tools_(arguments.tools.empty() ? Tools{} : read_tools(arguments.tools)),
        engine_(arguments.model, engine_options(arguments)),
        chat_template_(read_chat_template(engine_)),
        params_(sampling(arguments, read_sampling(engine_.file(), kChatSampling))) {
    if (tools_.names.empty()) return;
    call_tokens_ = std::make_shared<ToolCallTokens>(engine_.tokenizer(), tools_.names);
  }

  void clear() { messages_.clear(); }

  // Answers, with what tools that the model calls respond; false where stdin ends before that. What
  // the context cannot hold is as if it had not been said.
  bool ask(const std::string& line) try {
    n_before_ = messages_.size();
    messages_.push_back({"user", line});
    while (true) {
      messages_.push_back(answer());
      const std::vector<ToolCall> calls = messages_.back().tool_calls;
      if (calls.empty()) return true;
      for (const ToolCall& call : calls) {
        std::string response;
        if (!read_line(call.name, response)) return false;
        messages_.push_back({"tool", response});
      }
    }
  } catch (const ContextOverflowError& error) {
    std::fprintf(stderr, "q3l: %s\n", error.what());
    messages_.resize(n_before_);
    return true;
  }

 private:
  ChatMessage answer() {
    Generation generation(engine_, request());
    AnswerSplitter splitter(!tools_.names.empty());
    AnswerWriter writer(arguments_.json);
    ChatMessage message{.role = "assistant", .content = {}, .reasoning = ""};
    auto take = [&](const std::vector<AnswerPart>& parts) {
      for (const AnswerPart& part : parts) {
        writer.write(part);
        if (part.kind == AnswerPart::Kind::thinking) *message.reasoning += part.text;
        if (part.kind == AnswerPart::Kind::text) message.content += part.text;
        if (part.kind == AnswerPart::Kind::call) message.tool_calls.push_back(part.call);
      }
    };
    forget_interrupt();
    try {
      while (auto piece = generation.next(poll_interrupt)) take(splitter.push(*piece));
      take(splitter.finish());
    } catch (const Interrupted&) {  // what was said so far is the answer, and nothing is called
      generation.cancel();
      take(splitter.finish());
      message.tool_calls.clear();
    }
    writer.finish(generation);
    return message;
  }

  Request request() const {
    Request request{
        .prompt = chat_template_.encode(messages_, arguments_.think, tools_.definitions),
        .max_tokens = arguments_.max_tokens,
        .sampling = params_,
        .stop = {},
        .slides = arguments_.slide};
    if (call_tokens_) request.constraint = std::make_shared<ToolConstraint>(call_tokens_);
    return request;
  }

  const Arguments& arguments_;
  const Tools tools_;
  Engine engine_;
  const ChatTemplate chat_template_;
  const SamplerParams params_;
  std::shared_ptr<const ToolCallTokens> call_tokens_;
  std::vector<ChatMessage> messages_;
  size_t n_before_ = 0;  // messages before the user's last
};

}  // namespace

void chat(const Arguments& arguments) {
  Conversation conversation(arguments);
  catch_interrupts();
  if (!arguments.prompt.empty() && !conversation.ask(arguments.prompt)) return;
  for (std::string line; read_line("", line) && line != "/exit";) {
    if (line == "/clear") {
      conversation.clear();
    } else if (!line.empty() && !conversation.ask(line)) {
      return;
    }
  }
}

}  // namespace q3l::cli
