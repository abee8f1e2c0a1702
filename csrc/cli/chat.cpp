#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <iostream>

#include "cli/commands.h"
#include "engine/chat.h"
#include "engine/generation.h"

namespace q3l::cli {

namespace {

std::atomic<bool> interrupted{false};

struct Interrupted {};

void poll_interrupt() {
  if (interrupted) throw Interrupted{};
}

// Prints an answer as it comes, its thoughts dimmed on a terminal.
class AnswerPrinter {
 public:
  void print(const std::string& piece) {
    if (piece.find("<think>") != piece.npos) style("\x1b[2m");
    std::fputs(piece.c_str(), stdout);
    if (piece.find("</think>") != piece.npos) style("\x1b[0m");
    std::fflush(stdout);
  }
  void finish() {
    style("\x1b[0m");
    std::fputs("\n", stdout);
  }

 private:
  void style(const char* code) const {
    if (is_terminal_) std::fputs(code, stdout);
  }
  const bool is_terminal_ = ::isatty(STDOUT_FILENO) != 0;
};

std::string answer(Engine& engine, const Request& request) {
  AnswerPrinter printer;
  std::string text;
  try {
    Generation generation(engine, request);
    while (auto piece = generation.next(poll_interrupt)) {
      text += *piece;
      printer.print(*piece);
    }
  } catch (const Interrupted&) {
    interrupted = false;  // what was said so far is the answer
  }
  printer.finish();
  return text;
}

}  // namespace

void chat(const Arguments& arguments) {
  Engine engine(arguments.model, arguments.engine);
  const ChatTemplate chat_template = read_chat_template(engine);
  const SamplerParams params = sampling(arguments, read_sampling(engine.file(), kChatSampling));
  std::signal(SIGINT, [](int) { interrupted = true; });
  const bool prompts = ::isatty(STDIN_FILENO) != 0;
  std::vector<ChatMessage> messages;
  std::string line = arguments.prompt;
  for (bool given = !line.empty();; given = false) {
    if (!given) {
      if (prompts) std::cout << "> " << std::flush;
      if (!std::getline(std::cin, line) || line == "/exit") break;
      if (line.empty()) continue;
    }
    messages.push_back({"user", line});
    messages.push_back(
        {"assistant", answer(engine, {.prompt = chat_template.encode(messages, arguments.think),
                                      .max_tokens = arguments.max_tokens,
                                      .sampling = params,
                                      .stop = {},
                                      .slides = arguments.slide})});
  }
}

}  // namespace q3l::cli
