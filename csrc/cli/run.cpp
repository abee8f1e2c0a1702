#include <cstdio>

#include "cli/answer_writer.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "engine/chat.h"

namespace q3l::cli {

namespace {

std::vector<int32_t> prompt_tokens(const Arguments& arguments, const Engine& engine) {
  if (arguments.raw) return encode_bare(engine.tokenizer(), arguments.prompt);
  const ChatMessage message{"user", arguments.prompt};
  return read_chat_template(engine).encode({&message, 1}, arguments.think);
}

// What the model thinks and says. Bare text is all said.
struct Texts {
  std::string thinking, text;

  void add(const AnswerPart& part) {
    (part.kind == AnswerPart::Kind::thinking ? thinking : text) += part.text;
  }
};

void print_json(const Texts& texts, const Generation& generation, bool is_raw) {
  JsonObject out;
  out.add_string("text", texts.text);
  if (!is_raw) out.add_string("reasoning_content", texts.thinking);
  std::printf("%s\n", add_summary(out, generation).text().c_str());
}

}  // namespace

void run(const Arguments& arguments) {
  Engine engine(arguments.model, engine_options(arguments));
  const SamplerParams greedy;
  const SamplerParams defaults = arguments.raw ? greedy : read_sampling(engine.file(), greedy);
  Generation generation(engine, {.prompt = prompt_tokens(arguments, engine),
                                 .max_tokens = arguments.max_tokens,
                                 .sampling = sampling(arguments, defaults),
                                 .stop = {},
                                 .slides = arguments.slide});
  AnswerSplitter splitter(false);
  AnswerWriter writer(false);
  Texts texts;
  auto take = [&](const std::vector<AnswerPart>& parts) {
    for (const AnswerPart& part : parts) {
      texts.add(part);
      if (!arguments.json) writer.write(part);
    }
  };
  catch_interrupts();
  while (auto piece = generation.next(poll_interrupt)) {
    take(arguments.raw ? std::vector{AnswerPart{AnswerPart::Kind::text, *piece, {}}}
                       : splitter.push(*piece));
  }
  take(splitter.finish());
  if (arguments.json) {
    print_json(texts, generation, arguments.raw);
  } else {
    writer.finish(generation);
  }
}

}  // namespace q3l::cli
