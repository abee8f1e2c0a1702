#include "engine/generation.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <thread>

#include "base/error.h"
#include "support/tiny_engine.h"

namespace q3l {

namespace {

using testing::TinyEngine;

std::vector<int32_t> prompt(int n, int seed = 1) {
  std::vector<int32_t> ids;
  for (int i = 0; i < n; ++i) ids.push_back((i * 37 + seed * 101) % 256);
  return ids;
}

std::vector<int32_t> complete(Engine& engine, const Request& request) {
  return testing::complete(Generation(engine, request));
}

}  // namespace

TEST_CASE("greedy tokens are the argmax of a prefill's logits") {
  TinyEngine tiny;
  const auto tokens = complete(tiny.engine, {.prompt = prompt(20), .max_tokens = 8});
  REQUIRE(tokens.size() == 8);
  std::vector<int32_t> all = prompt(20);
  all.insert(all.end(), tokens.begin(), tokens.end());
  const size_t n_vocab = static_cast<size_t>(tiny.engine.config().n_vocab);
  std::vector<float> logits(all.size() * n_vocab);
  Sequence sequence = tiny.engine.executor().open(all);
  tiny.engine.executor().logits(sequence, Role::prompt, sequence.n_prompt(), logits.data());
  const float* row = logits.data() + 19 * n_vocab;
  CHECK(std::max_element(row, row + n_vocab) - row == tokens[0]);
}

// The logits that a prompt is sampled from, all of it in one pass.
std::vector<float> in_one_pass(const Transformer& model, const std::vector<int32_t>& tokens) {
  ThreadPool pool(1);
  KvCache cache(model.config(), KvType::f32);
  Scratch scratch(model.config(), kernels(), pool);
  KvSequence kv(cache);
  const int n = static_cast<int>(tokens.size());
  kv.reserve(0, n);
  Batch batch;
  batch.add({&kv, 0, n, Role::prompt}, tokens.data());
  batch.logit_rows = {n - 1};
  std::vector<float> logits(static_cast<size_t>(model.config().n_vocab));
  model.forward(batch, cache, scratch, Mat(logits.data(), 1, model.config().n_vocab));
  return logits;
}

TEST_CASE("a prompt longer than a chunk gives the same logits as one pass, and as its rows") {
  TinyEngine tiny({.n_threads = 2, .n_ctx = 700, .kv_type = KvType::f32});
  const size_t n_vocab = static_cast<size_t>(tiny.engine.config().n_vocab);
  std::vector<float> all(600 * n_vocab), last(n_vocab);
  Sequence whole = tiny.engine.executor().open(prompt(600));
  tiny.engine.executor().logits(whole, Role::prompt, whole.n_prompt(), all.data());
  Sequence sequence = tiny.engine.executor().open(prompt(600));
  int steps = 1;
  while (!tiny.engine.executor().step(sequence, last.data())) ++steps;
  CHECK(steps == 2);
  const std::vector<float> one_pass = in_one_pass(tiny.engine.model(), prompt(600));
  CHECK(std::memcmp(last.data(), one_pass.data(), n_vocab * sizeof(float)) == 0);
  // The head takes other kernels for the row that is sampled from: the same but for rounding.
  const float* row = all.data() + 599 * n_vocab;
  const float largest = *std::max_element(row, row + n_vocab);
  for (size_t i = 0; i < n_vocab; ++i) CHECK(std::fabs(last[i] - row[i]) < 0.05f * largest);
}

TEST_CASE("max_tokens and the context end a generation by length") {
  TinyEngine tiny({.n_threads = 1, .n_ctx = 24});
  for (auto [n_prompt, max_tokens, expected] : {std::array{20, 3, 3}, {20, 50, 4}, {24, 50, 1}}) {
    Generation generation(tiny.engine, {.prompt = prompt(n_prompt), .max_tokens = max_tokens});
    while (generation.next()) {
    }
    CHECK(generation.finish_reason() == FinishReason::length);
    CHECK(static_cast<int>(generation.tokens().size()) == expected);
    CHECK(generation.timings().n_generated == expected);
    CHECK_FALSE(generation.next());
  }
}

TEST_CASE("impossible requests are refused by name") {
  TinyEngine tiny({.n_threads = 1, .n_ctx = 24});
  CHECK_THROWS_AS(Generation(tiny.engine, {.prompt = prompt(25)}), ContextOverflowError);
  CHECK_THROWS_AS(Generation(tiny.engine, {.prompt = {}}), InvalidArgumentError);
  CHECK_THROWS_AS(Generation(tiny.engine, {.prompt = {-1}}), InvalidArgumentError);
  CHECK_THROWS_AS(Generation(tiny.engine, {.prompt = {1 << 20}}), InvalidArgumentError);
  CHECK_THROWS_AS(Generation(tiny.engine, {.prompt = {1}, .max_tokens = 0}), InvalidArgumentError);
  CHECK_THROWS_AS(TinyEngine({.n_threads = -1}), InvalidArgumentError);
  CHECK_THROWS_AS(TinyEngine({.n_ctx = 0}), InvalidArgumentError);
}

TEST_CASE("an exception from poll leaves the engine usable") {
  TinyEngine tiny;
  const Request request{.prompt = prompt(10), .max_tokens = 5};
  const auto expected = complete(tiny.engine, request);
  Generation interrupted(tiny.engine, request);
  interrupted.next();
  CHECK_THROWS_AS(interrupted.next([] { throw 1; }), int);
  CHECK(complete(tiny.engine, request) == expected);
  while (interrupted.next()) {
  }
  CHECK(interrupted.tokens() == expected);
}

TEST_CASE("generations of several threads give what each gives alone") {
  TinyEngine tiny;
  constexpr int kThreads = 4;
  auto request = [](int i) { return Request{.prompt = prompt(8 + 9 * i, i), .max_tokens = 12}; };
  std::vector<std::vector<int32_t>> alone, together(kThreads);
  for (int i = 0; i < kThreads; ++i) alone.push_back(complete(tiny.engine, request(i)));
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back(
        [&, i] { together[static_cast<size_t>(i)] = complete(tiny.engine, request(i)); });
  }
  for (std::thread& t : threads) t.join();
  CHECK(together == alone);
}

TEST_CASE("quantised caches want heads of whole blocks") {
  const EngineOptions options{.n_threads = 1, .n_ctx = 64, .kv_type = KvType::q4_0};
  CHECK_THROWS_AS(TinyEngine{options}, InvalidArgumentError);  // heads of 40 values
  TinyEngine tiny(options, {.format = "Q8_0", .head_dim = 32});
  CHECK(tiny.engine.executor().cache().position_bytes() == 18);
}

}  // namespace q3l
