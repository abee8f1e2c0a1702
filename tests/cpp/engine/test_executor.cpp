// Sequences that are stepped together get bit for bit the logits of each alone.
#include "engine/executor.h"

#include <doctest/doctest.h>

#include <cstring>

#include "base/error.h"
#include "engine/engine.h"
#include "engine/feed_forward_inputs.h"
#include "support/temp_file.h"
#include "support/tiny_engine.h"
#include "support/tiny_model.h"

namespace q3l {

namespace {

constexpr int kGenerated = 6;

std::vector<int32_t> ids(int n, int sequence) {
  std::vector<int32_t> ids;
  for (int i = 0; i < n; ++i) ids.push_back((i * i * 31 + i * (sequence + 7) + sequence) % 256);
  return ids;
}

// A sequence whose "generated" tokens are known beforehand, and the logits it got.
struct Scripted {
  Scripted(Engine& engine, int n_prompt, int number)
      : sequence(engine.executor().open(ids(n_prompt, number))),
        script(ids(kGenerated, number + 50)) {}

  bool is_done() const { return logits.size() == kGenerated + 1; }
  // After a step: keeps its logits, goes on by one token.
  void follow(size_t n_vocab) {
    if (!sequence.logits) return;
    logits.emplace_back(sequence.logits, sequence.logits + n_vocab);
    if (!is_done()) sequence.tokens.push_back(script[logits.size() - 1]);
  }

  Sequence sequence;
  std::vector<int32_t> script;
  std::vector<std::vector<float>> logits;
};

void run_together(Engine& engine, std::vector<Scripted*> running) {
  const auto n_vocab = static_cast<size_t>(engine.config().n_vocab);
  std::vector<float> logits(running.size() * n_vocab);
  while (!running.empty()) {
    std::vector<Sequence*> sequences;
    for (Scripted* s : running) sequences.push_back(&s->sequence);
    engine.executor().step(sequences, logits.data());
    for (Scripted* s : running) s->follow(n_vocab);
    std::erase_if(running, [](const Scripted* s) { return s->is_done(); });
  }
}

void check_together(const testing::TinyModel& shape) {
  const testing::TempFile file(testing::tiny_model(shape).bytes());
  Engine engine(file.path(), {.n_threads = 2, .n_ctx = 1200});
  // The second prompt takes three steps, while the others generate, before and after it in order;
  // the third ends at a page, the fourth at a chunk of the prompt.
  const int lengths[] = {3, 1100, 64, 512};
  std::vector<Scripted> together, alone;
  std::vector<Scripted*> all;
  together.reserve(std::size(lengths));
  for (int i = 0; i < static_cast<int>(std::size(lengths)); ++i) {
    all.push_back(&together.emplace_back(engine, lengths[i], i));
    run_together(engine, {&alone.emplace_back(engine, lengths[i], i)});
  }
  run_together(engine, all);
  for (size_t i = 0; i < alone.size(); ++i) {
    for (size_t k = 0; k <= kGenerated; ++k) {
      CAPTURE(i);
      CAPTURE(k);
      const std::vector<float>&x = together[i].logits[k], &y = alone[i].logits[k];
      CHECK(std::memcmp(x.data(), y.data(), x.size() * sizeof(float)) == 0);
    }
  }
}

}  // namespace

TEST_CASE("sequences stepped together: dense") {
  check_together({.format = "Q4_0"});
}
TEST_CASE("sequences stepped together: experts") {
  check_together({.architecture = "qwen3moe", .format = "Q8_0", .n_expert = 8, .n_expert_used = 3});
}

TEST_CASE("a sequence taken back gives the same logits again") {
  const testing::TempFile file(testing::tiny_model({.format = "Q8_0"}).bytes());
  Engine engine(file.path(), {.n_threads = 1, .n_ctx = 200});
  std::vector<float> first(static_cast<size_t>(engine.config().n_vocab)), again(first);
  Sequence sequence = engine.executor().open(ids(80, 1));
  while (!engine.executor().step(sequence, first.data())) {
  }
  sequence.tokens = ids(150, 2);
  sequence.segments = {{150, Role::prompt}};
  sequence.n_computed = 0;
  while (!engine.executor().step(sequence, again.data())) {
  }
  CHECK(std::memcmp(first.data(), again.data(), first.size() * sizeof(float)) != 0);
  sequence.tokens = ids(80, 1);
  sequence.segments = {{80, Role::prompt}};
  sequence.n_computed = 0;
  while (!engine.executor().step(sequence, again.data())) {
  }
  CHECK(std::memcmp(first.data(), again.data(), first.size() * sizeof(float)) == 0);
}

TEST_CASE("an observer is forgotten where there is no room for what it observes") {
  testing::TinyEngine tiny({.n_threads = 1, .n_ctx = 400});
  const uint64_t page = tiny.engine.executor().cache().page_bytes();
  testing::TinyEngine small({.n_threads = 1, .n_ctx = 400, .kv_bytes = 3 * page});
  CHECK_THROWS_AS(feed_forward_inputs(small.engine, testing::random_ids(300, 1)), OverloadedError);
  const Request request{.prompt = testing::random_ids(20, 2), .max_tokens = 5};
  const auto expected = testing::complete(Generation(tiny.engine, request));
  CHECK(testing::complete(Generation(small.engine, request)) == expected);
}

}  // namespace q3l
