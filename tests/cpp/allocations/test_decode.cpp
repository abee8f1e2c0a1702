// Decoding allocates nothing, and a large vocabulary little: every call of operator new, of any
// thread, is counted while warm sequences go on, and the bytes that are in use. Pages of the cache
// come from its stock, as those of finished sequences do, and texts of a token fit into a string
// without an allocation of its own.
#include <doctest/doctest.h>
#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <random>
#include <set>

#include "engine/generation.h"
#include "engine/tool_constraint.h"
#include "engine/vocabulary.h"
#include "sampler/sampler.h"
#include "support/byte_vocabulary.h"
#include "support/temp_file.h"
#include "support/tiny_model.h"

namespace {

std::atomic<int> allocations{0};
std::atomic<size_t> bytes_in_use{0};

void* counted(void* p) {
  ++allocations;
  if (!p) throw std::bad_alloc();
  bytes_in_use += malloc_usable_size(p);
  return p;
}

void release(void* p) {
  bytes_in_use -= malloc_usable_size(p);
  std::free(p);
}

}  // namespace

void* operator new(size_t size) {
  return counted(std::malloc(size));
}
void* operator new(size_t size, std::align_val_t alignment) {
  const auto unit = static_cast<size_t>(alignment);
  return counted(std::aligned_alloc(unit, (size + unit - 1) / unit * unit));
}
void operator delete(void* p) noexcept {
  release(p);
}
void operator delete(void* p, size_t) noexcept {
  release(p);
}
void operator delete(void* p, std::align_val_t) noexcept {
  release(p);
}
void operator delete(void* p, size_t, std::align_val_t) noexcept {
  release(p);
}

namespace q3l {

namespace {

constexpr int kPrompt = 5, kSteps = 150;  // over two pages of 64 positions

std::vector<int32_t> prompt(int sequence) {
  std::vector<int32_t> ids;
  for (int i = 0; i < kPrompt; ++i) ids.push_back((i * 37 + sequence * 101) % 256);
  return ids;
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

// As many tokens as Qwen3 has, about as long, each but the bytes of two that came before, as merges
// make them.
TEST_CASE("a vocabulary of 151,669 tokens takes less than 4 MB beside the file") {
  constexpr size_t kTokens = 151669, kLongest = 12;
  std::mt19937 random(1);
  std::vector<std::string> tokens, merges;
  for (int b = 0; b < 256; ++b) {
    const char byte = static_cast<char>(b);
    tokens.push_back(testing::in_byte_alphabet({&byte, 1}));
  }
  std::set<std::string> known(tokens.begin(), tokens.end());
  while (tokens.size() < kTokens) {
    const std::string &a = tokens[random() % tokens.size()], &b = tokens[random() % tokens.size()];
    std::string both = a + b;
    if (both.size() > kLongest || !known.insert(both).second) continue;
    merges.push_back(a + " " + b);
    tokens.push_back(std::move(both));
  }
  testing::GgufBuilder file;
  file.key("tokenizer.ggml.model", "gpt2");
  file.key("tokenizer.ggml.pre", "qwen2");
  file.key("tokenizer.ggml.tokens", tokens);
  file.key("tokenizer.ggml.token_type", std::vector<int32_t>(kTokens, 1));
  file.key("tokenizer.ggml.merges", merges);
  const testing::TempFile written(file.bytes());
  const gguf::Reader reader(written.path());
  const size_t before = bytes_in_use;
  const Tokenizer tokenizer(read_vocabulary(reader));
  const size_t taken = bytes_in_use - before;
  MESSAGE(taken, " bytes");
  CHECK(tokenizer.n_vocab() == static_cast<int>(kTokens));
  CHECK(taken < size_t{4} << 20);
  CHECK(taken > size_t{1} << 20);
}

TEST_CASE("a generation's tokens allocate nothing") {
  const testing::TempFile file(testing::tiny_model({.format = "Q8_0"}).bytes());
  Engine engine(file.path(), {.n_threads = 2, .n_ctx = kPrompt + kSteps});
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
