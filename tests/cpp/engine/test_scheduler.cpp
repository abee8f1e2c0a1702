// Requests that come and go in any order get bit for bit the tokens of each alone, whatever is
// shared, evicted or computed twice meanwhile.
#include "engine/scheduler.h"

#include <doctest/doctest.h>

#include <random>
#include <thread>

#include "base/error.h"
#include "engine/generation.h"
#include "support/temp_file.h"
#include "support/tiny_model.h"

namespace q3l {

namespace {

struct TinyEngine {
  explicit TinyEngine(EngineOptions options, const testing::TinyModel& shape = {.format = "Q4_0"})
      : file(testing::tiny_model(shape).bytes()), engine(file.path(), options) {}
  testing::TempFile file;
  Engine engine;
};

std::vector<int32_t> ids(int n, int seed) {
  std::mt19937 random(static_cast<uint32_t>(seed));
  std::vector<int32_t> ids;
  for (int i = 0; i < n; ++i) ids.push_back(static_cast<int32_t>(random() % 250));
  return ids;
}

// Requests of many lengths, some of which begin alike.
Request request(int i) {
  std::vector<int32_t> prompt = ids(30 * (i % 7), 1000 + i % 3);
  const std::vector<int32_t> own = ids(1 + 53 * i % 97, i);
  prompt.insert(prompt.end(), own.begin(), own.end());
  Request r{.prompt = prompt, .max_tokens = 4 + 31 * i % 60};
  r.sampling.temperature = i % 2 == 0 ? 0.0f : 0.8f;
  r.sampling.seed = static_cast<uint64_t>(i);
  return r;
}

std::vector<int32_t> tokens_of(Engine& engine, const Request& r) {
  Generation generation(engine, r);
  while (generation.next()) {
  }
  return generation.tokens();
}

uint64_t page_bytes(const testing::TinyModel& shape) {
  const testing::TempFile file(testing::tiny_model(shape).bytes());
  Engine engine(file.path(), {});
  return engine.executor().cache().page_bytes();
}

}  // namespace

TEST_CASE("many requests at once, some cancelled, give what each gives alone") {
  constexpr int kRequests = 32;
  std::vector<std::vector<int32_t>> alone;
  {
    TinyEngine tiny({.n_threads = 1, .n_ctx = 400});
    for (int i = 0; i < kRequests; ++i) alone.push_back(tokens_of(tiny.engine, request(i)));
  }
  const uint64_t page = page_bytes({.format = "Q4_0"});
  // Memory for all; memory so short that requests wait, are preempted, and prefixes are forgotten.
  uint64_t n_preempted = 0;
  for (const auto& [n_pages, threads] :
       {std::pair{400, std::vector{1, 2, 3}}, std::pair{14, std::vector{1, 2}}}) {
    for (int n_threads : threads) {
      CAPTURE(n_pages);
      CAPTURE(n_threads);
      TinyEngine tiny({.n_threads = n_threads,
                       .n_ctx = 400,
                       .kv_bytes = static_cast<uint64_t>(n_pages) * page});
      std::mt19937 random(static_cast<uint32_t>(n_threads));
      std::vector<std::unique_ptr<Generation>> running;
      std::vector<int> numbers;
      for (int i = 0; i < kRequests; ++i) numbers.push_back(i);
      std::shuffle(numbers.begin(), numbers.end(), random);
      for (int i : numbers) {
        running.push_back(std::make_unique<Generation>(tiny.engine, request(i)));
        if (random() % 4 == 0) {  // one that nobody waits for
          Generation cancelled(tiny.engine, request(static_cast<int>(random() % kRequests)));
          if (random() % 2 == 0) cancelled.next();
        }
      }
      for (int k = 0; k < kRequests; ++k) {
        const auto i = static_cast<size_t>(numbers[static_cast<size_t>(k)]);
        while (running[static_cast<size_t>(k)]->next()) {
        }
        CHECK(running[static_cast<size_t>(k)]->tokens() == alone[i]);
      }
      const auto s = tiny.engine.scheduler().statistics();
      CHECK(s.n_reused_tokens > 0);
      CHECK(s.n_pages <= n_pages);
      if (n_pages == 400) {
        CHECK(s.n_preempted == 0);
        CHECK(static_cast<double>(s.n_rows) / static_cast<double>(s.n_steps) >= 8);
      }
      n_preempted += s.n_preempted;
    }
  }
  CHECK(n_preempted > 0);
}

TEST_CASE("a known beginning is not computed again, to the token") {
  TinyEngine tiny({.n_threads = 1, .n_ctx = 400});
  const std::vector<int32_t> shared = ids(150, 5);
  auto with = [&](int seed) {
    std::vector<int32_t> prompt = shared;
    const auto own = ids(10, seed);
    prompt.insert(prompt.end(), own.begin(), own.end());
    prompt[150] = seed;  // they differ at once
    return Request{.prompt = prompt, .max_tokens = 20};
  };
  Generation first(tiny.engine, with(1)), again(tiny.engine, with(1));
  while (first.next()) {
  }
  while (again.next()) {
  }
  CHECK(first.timings().n_reused == 0);
  CHECK(again.tokens() == first.tokens());
  Generation same(tiny.engine, with(1));
  while (same.next()) {
  }
  CHECK(same.timings().n_reused == 159);  // all but the one whose logits are wanted
  CHECK(same.tokens() == first.tokens());
  const auto other = tokens_of(tiny.engine, with(2));
  Generation second(tiny.engine, with(3));
  second.next();
  CHECK(second.timings().n_reused == 150);
  TinyEngine fresh({.n_threads = 1, .n_ctx = 400});
  CHECK(tokens_of(fresh.engine, with(2)) == other);
}

TEST_CASE("higher priorities go first, and a full queue refuses") {
  TinyEngine tiny({.n_threads = 1, .n_ctx = 2000, .max_batch = 1, .max_queue = 2});
  Generation running(tiny.engine, {.prompt = ids(1500, 1), .max_tokens = 400});
  running.next();
  Generation low(tiny.engine, {.prompt = ids(5, 2), .max_tokens = 50});
  Generation high(tiny.engine, {.prompt = ids(5, 3), .max_tokens = 50, .priority = 1});
  CHECK_THROWS_AS(Generation(tiny.engine, {.prompt = ids(5, 4)}), OverloadedError);
  running.cancel();
  while (low.next()) {
  }
  CHECK(high.finish_reason() == FinishReason::length);
  CHECK(running.finish_reason() == FinishReason::cancelled);
  CHECK(low.timings().queue_seconds > high.timings().queue_seconds);
}

TEST_CASE("what the cache could never hold is refused") {
  const uint64_t page = page_bytes({.format = "Q4_0"});
  TinyEngine tiny({.n_threads = 1, .n_ctx = 1000, .kv_bytes = 4 * page});
  CHECK_THROWS_AS(Generation(tiny.engine, {.prompt = ids(5, 1), .max_tokens = 900}),
                  ContextOverflowError);
  CHECK(tokens_of(tiny.engine, {.prompt = ids(5, 1), .max_tokens = 150}).size() == 150);
  CHECK_THROWS_AS(TinyEngine({.kv_bytes = page - 1}), InvalidArgumentError);
}

}  // namespace q3l
