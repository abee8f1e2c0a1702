#include <cstdio>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/json_text.h"
#include "engine/chat.h"
#include "engine/generation.h"

namespace q3l::cli {

namespace {

std::vector<int32_t> prompt_tokens(const Arguments& arguments, const Engine& engine) {
  if (!arguments.raw) {
    const ChatMessage message{"user", arguments.prompt};
    return read_chat_template(engine).encode({&message, 1}, arguments.think);
  }
  const Tokenizer& tokenizer = engine.tokenizer();
  std::vector<int32_t> ids = tokenizer.encode(arguments.prompt, true);
  if (auto bos = tokenizer.bos(); bos && tokenizer.add_bos()) ids.insert(ids.begin(), *bos);
  return ids;
}

void print_json(const std::string& text, const Generation& generation) {
  const Timings& t = generation.timings();
  JsonObject out;
  out.add_string("text", text)
      .add_string("finish_reason",
                  generation.finish_reason() == FinishReason::stop ? "stop" : "length")
      .add("n_prompt", t.n_prompt)
      .add("n_generated", t.n_generated)
      .add("prompt_tok_s", t.prompt_rate())
      .add("decode_tok_s", t.decode_rate())
      .add("n_drafted", t.n_drafted)
      .add("n_accepted", t.n_accepted);
  std::printf("%s\n", out.text().c_str());
}

}  // namespace

void run(const Arguments& arguments) {
  Engine engine(arguments.model, arguments.engine);
  const SamplerParams greedy;
  const SamplerParams defaults = arguments.raw ? greedy : read_sampling(engine.file(), greedy);
  Generation generation(engine, {.prompt = prompt_tokens(arguments, engine),
                                 .max_tokens = arguments.max_tokens,
                                 .sampling = sampling(arguments, defaults),
                                 .stop = {},
                                 .slides = arguments.slide});
  std::string text;
  while (auto piece = generation.next()) {
    text += *piece;
    if (!arguments.json) {
      std::fputs(piece->c_str(), stdout);
      std::fflush(stdout);
    }
  }
  if (arguments.json)
    print_json(text, generation);
  else
    std::fputc('\n', stdout);
}

}  // namespace q3l::cli
