// Decoding allocates nothing: every call of operator new, of any thread, is counted while warm
// sequences go on. Pages of the cache come from its stock, as those of finished sequences do, and
// texts of a token fit into a string without an allocation of its own.
#include <doctest/doctest.h>

#include "allocations/counted.h"
#include "engine/generation.h"
#include "engine/tool_constraint.h"
#include "sampler/sampler.h"
#include "support/temp_file.h"
#include "support/tiny_model.h"

namespace q3l {

namespace {

constexpr int kPrompt = 20, kSteps = 150;  // over two pages

std::vector<int32_t> prompt(int sequence, int n = kPrompt) {
  std::vector<int32_t> ids;
  for (int i = 0; i < n; ++i) ids.push_back((i * 37 + sequence * 101) % 256);
  return ids;
}

// Drafts of each length, for what a generation guesses depends on how long its steps take.
void draft_all_lengths(Engine& engine) {
  const auto n_vocab = static_cast<size_t>(engine.config().n_vocab);
  std::vector<float> logits((kMostDraft + 1) * n_vocab);
  const std::vector<int32_t> draft = prompt(1, kMostDraft);
  Sequence sequence = engine.executor().open(prompt(0, kSteps - kMostDraft));
  for (size_t n = 0; n <= draft.size(); ++n) {
    const Advance next = {&sequence, static_cast<int>(sequence.tokens.size()),
                          std::span(draft).first(n)};
    engine.executor().step({&next, 1}, logits.data());
    sequence.tokens.push_back(0);
  }
}

// Allocations of kSteps steps over `batch` sequences.
int allocations_of_decoding(Engine& engine, Sampler& sampler, int batch) {
  const auto n_vocab = static_cast<size_t>(engine.config().n_vocab);
  std::vector<float> logits(static_cast<size_t>(batch) * n_vocab);
  std::vector<Sequence> sequences;
  std::vector<Sequence*> all;
  sequences.reserve(static_cast<size_t>(batch));
  for (int i = 0; i < batch; ++i) {
    all.push_back(&sequences.emplace_back(engine.executor().open(prompt(i))));
  }
  engine.executor().step(all, logits.data());
  const int before = allocations;
  for (int step = 0; step < kSteps; ++step) {
    for (Sequence* s : all) s->tokens.push_back(sampler.sample({s->logits, n_vocab}).id);
    engine.executor().step(all, logits.data());
  }
  return allocations - before;
}

SamplerParams everything() {
  return {.temperature = 1,
          .top_k = 200,
          .top_p = 0.99f,
          .min_p = 1e-6f,
          .repetition_penalty = 1.1f,
          .frequency_penalty = 0.1f,
          .presence_penalty = 0.1f,
          .logit_bias = {{7, 1.0f}},
          .n_logprobs = 5};
}

void check_decoding(const testing::TinyModel& shape) {
  const testing::TempFile file(testing::tiny_model(shape).bytes());
  for (int n_threads : {1, 2}) {
    Engine engine(file.path(), {.n_threads = n_threads, .n_ctx = kPrompt + kSteps});
    for (int batch : {1, 3}) {
      CAPTURE(n_threads);
      CAPTURE(batch);
      for (const SamplerParams& params : {SamplerParams{}, everything()}) {
        Sampler sampler(params, engine.config().n_vocab);
        allocations_of_decoding(engine, sampler, batch);
        CHECK(allocations_of_decoding(engine, sampler, batch) == 0);
      }
    }
  }
}

}  // namespace

TEST_CASE("allocations are counted") {
  const int before = allocations;
  {
    const AlignedBuffer buffer(100);
  }
  {
    const std::vector<int> list(100);
  }
  CHECK(allocations == before + 2);
}

TEST_CASE("a generation's tokens allocate nothing") {
  const testing::TempFile file(testing::tiny_model({.format = "Q8_0"}).bytes());
  Engine engine(file.path(), {.n_threads = 2, .n_ctx = kPrompt + kSteps});
  draft_all_lengths(engine);
  for (int round = 0; round < 3; ++round) {  // the second copies the page that the cache keeps
    Generation generation(engine, {.prompt = prompt(0), .max_tokens = kSteps});
    generation.next();
    const int before = allocations;
    while (generation.next()) {
    }
    CHECK(generation.timings().n_generated > 100);
    if (round == 2) CHECK(allocations == before);
  }
}

TEST_CASE("tokens of a tool's call allocate nothing") {
  const testing::TempFile file(
      testing::tiny_model({.format = "Q8_0", .calls_tools = true}).bytes());
  Engine engine(file.path(), {.n_threads = 2, .n_ctx = kPrompt + kSteps});
  const auto tokens =
      std::make_shared<ToolCallTokens>(engine.tokenizer(), std::vector<std::string>{"a", "b"});
  draft_all_lengths(engine);
  for (int round = 0; round < 3; ++round) {
    Generation generation(engine, {.prompt = prompt(0),
                                   .max_tokens = kSteps,
                                   .sampling = {.logit_bias = {{tokens->open(), 100.0f}}},
                                   .constraint = std::make_shared<ToolConstraint>(tokens)});
    generation.next();
    const int before = allocations;
    while (generation.next()) {
    }
    CHECK(generation.timings().n_generated > 100);
    if (round == 2) CHECK(allocations == before);
  }
}

TEST_CASE("decoding allocates nothing: dense") {
  check_decoding({.format = "Q4_0"});
}
TEST_CASE("decoding allocates nothing: biases") {
  check_decoding({.architecture = "qwen2", .format = "Q8_0"});
}
TEST_CASE("decoding allocates nothing: experts") {
  check_decoding({.architecture = "qwen3moe", .format = "Q4_0", .n_expert = 8, .n_expert_used = 3});
}

}  // namespace q3l
