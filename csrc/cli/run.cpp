#include <algorithm>
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

// Of all that was wanted so far, in words or numbers.
void add_cache(JsonObject& out, const ExpertCache::Statistics& s) {
  out.add("experts_wanted", static_cast<double>(s.n_wanted))
      .add("experts_in_memory", static_cast<double>(s.n_hits))
      .add("experts_foreseen", static_cast<double>(s.n_foreseen))
      .add("experts_come_true", static_cast<double>(s.n_come_true))
      .add("expert_bytes_read", static_cast<double>(s.bytes_read));
}

void tell_cache(const ExpertCache::Statistics& s, int n_tokens) {
  const auto percent = [](uint64_t part, uint64_t of) {
    return of > 0 ? 100.0 * static_cast<double>(part) / static_cast<double>(of) : 0.0;
  };
  std::fprintf(stderr,
               "experts: %.0f %% of those wanted were in memory, %.0f %% of those foreseen were"
               " wanted; %.1f MB read a token\n",
               percent(s.n_hits, s.n_wanted), percent(s.n_come_true, s.n_foreseen),
               static_cast<double>(s.bytes_read) / 1e6 / std::max(1, n_tokens));
}

void print_json(const Texts& texts, const Generation& generation, bool is_raw,
                const ExpertCache* cache) {
  JsonObject out;
  out.add_string("text", texts.text);
  if (!is_raw) out.add_string("reasoning_content", texts.thinking);
  add_summary(out, generation);
  if (cache) add_cache(out, cache->statistics());
  std::printf("%s\n", out.text().c_str());
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
    print_json(texts, generation, arguments.raw, engine.expert_cache());
  } else {
    writer.finish(generation);
    const Timings t = generation.timings();
    if (const ExpertCache* cache = engine.expert_cache()) {
      tell_cache(cache->statistics(), t.n_prompt + t.n_generated);
    }
  }
}

}  // namespace q3l::cli
