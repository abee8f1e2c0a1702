// Requests that come and go in any order get bit for bit the logits and tokens of each alone,
// whatever is shared, evicted or computed twice meanwhile.
#include "engine/scheduler.h"

#include <doctest/doctest.h>

#include <atomic>
#include <latch>
#include <random>
#include <thread>

#include "base/error.h"
#include "engine/generation.h"
#include "support/recorder.h"
#include "support/tiny_engine.h"

namespace q3l {

namespace {

using testing::endless;
using testing::random_ids;
using testing::Recorder;

// Its greedy texts are long.
struct TinyEngine : testing::TinyEngine {
  explicit TinyEngine(const EngineOptions& options = {})
      : testing::TinyEngine(options, {.format = "Q4_0"}) {}
};

// Requests of many lengths, some of which begin alike.
Request request(int i) {
  std::vector<int32_t> prompt = random_ids(30 * (i % 7), 1000 + i % 3);
  const std::vector<int32_t> own = random_ids(1 + 53 * i % 97, i);
  prompt.insert(prompt.end(), own.begin(), own.end());
  Request r{.prompt = prompt, .max_tokens = 36 + 31 * i % 60};
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

// What request(i) gets of an engine.
Recorder recorded(Engine& engine, int i) {
  const auto recorder = std::make_shared<Recorder>();
  Request r = request(i);
  r.constraint = recorder;
  tokens_of(engine, r);
  return *recorder;
}

// Its first token waits until many others have arrived: steps are wide then, however slow they
// come.
struct Gate : Recorder {
  explicit Gate(int n) : arrivals(n) {}

  bool restrict(std::span<const float> now, std::span<uint32_t> allowed) override {
    arrivals.wait();
    return Recorder::restrict(now, allowed);
  }

  std::latch arrivals;
};

// The same of n requests that arrive in random order, with others among them that are cancelled.
std::vector<Recorder> all_together(Engine& engine, int n) {
  std::mt19937 random(static_cast<uint32_t>(engine.executor().n_threads()));
  std::vector<int> order;
  for (int i = 0; i < n; ++i) order.push_back(i);
  std::shuffle(order.begin(), order.end(), random);
  std::vector<std::shared_ptr<Recorder>> recorders(order.size());
  std::vector<std::unique_ptr<Generation>> running;
  const int n_at_once = n * 3 / 4;
  const auto gate = std::make_shared<Gate>(n_at_once);
  for (int i : order) {
    Request r = request(i);
    std::shared_ptr<Recorder>& recorder = recorders[static_cast<size_t>(i)];
    recorder = running.empty() ? gate : std::make_shared<Recorder>();
    r.constraint = recorder;
    running.push_back(std::make_unique<Generation>(engine, r));
    const int n_arrived = static_cast<int>(running.size());
    if (n_arrived <= n_at_once) gate->arrivals.count_down();
    if (n_arrived == n_at_once) {  // what some began with is there when the others come
      for (int t = 0; t < 12; ++t) running.front()->next();
    }
    if (random() % 4 == 0) {  // one that nobody waits for
      Generation cancelled(engine, request(static_cast<int>(random() % 32)));
      if (random() % 2 == 0 && n_arrived >= n_at_once) cancelled.next();
    }
  }
  for (const auto& generation : running) {
    while (generation->next()) {
    }
  }
  std::vector<Recorder> found;
  for (const auto& recorder : recorders) found.push_back(*recorder);
  return found;
}

uint64_t page_bytes() {
  return TinyEngine().engine.executor().cache().page_bytes();
}

}  // namespace

TEST_CASE("many requests at once, some cancelled, give what each gives alone") {
  constexpr int kRequests = 32;
  std::vector<Recorder> alone;
  for (int i = 0; i < kRequests; ++i) {
    TinyEngine tiny({.n_threads = 1, .n_ctx = 400, .max_draft = 0});
    alone.push_back(recorded(tiny.engine, i));
  }
  const int plenty = 400, little = 14;  // pages; with few, requests wait and are preempted
  struct Setting {
    int n_pages, n_threads, prompt_chunk;
  };
  uint64_t n_preempted = 0;
  for (const auto& [n_pages, n_threads, prompt_chunk] : {Setting{plenty, 1, 512},
                                                         {plenty, 2, 512},
                                                         {plenty, 2, 51},
                                                         {plenty, 3, 100},
                                                         {little, 1, 512},
                                                         {little, 2, 37}}) {
    CAPTURE(n_pages);
    CAPTURE(n_threads);
    CAPTURE(prompt_chunk);
    TinyEngine tiny({.n_threads = n_threads,
                     .n_ctx = 400,
                     .kv_bytes = static_cast<uint64_t>(n_pages) * page_bytes(),
                     .prompt_chunk = prompt_chunk});
    const std::vector<Recorder> together = all_together(tiny.engine, kRequests);
    for (size_t i = 0; i < together.size(); ++i) {
      CAPTURE(i);
      CHECK(together[i] == alone[i]);
    }
    const auto s = tiny.engine.scheduler().statistics();
    CHECK(s.n_reused_tokens > 0);
    CHECK(s.n_pages <= n_pages);
    if (n_pages == plenty) {
      CHECK(s.n_preempted == 0);
      CHECK(static_cast<double>(s.n_rows) / static_cast<double>(s.n_steps) >= 8);
    }
    n_preempted += s.n_preempted;
  }
  CHECK(n_preempted > 0);
}

TEST_CASE("texts that repeat themselves come from fewer steps, with the same bits") {
  TinyEngine tiny({.n_threads = 2, .n_ctx = 700}),
      plain({.n_threads = 1, .n_ctx = 700, .max_draft = 0});
  int n_accepted = 0;
  for (int i = 0; i < 6; ++i) {
    CAPTURE(i);
    Request r{.prompt = random_ids(20, i), .max_tokens = 300, .sampling = endless(tiny.engine)};
    r.sampling.temperature = i % 2 == 0 ? 0.0f : 0.2f;
    r.sampling.seed = static_cast<uint64_t>(i);
    r.sampling.n_logprobs = 2;
    const auto expected = std::make_shared<Recorder>(), found = std::make_shared<Recorder>();
    r.constraint = expected;
    const auto tokens = tokens_of(plain.engine, r);
    r.constraint = found;
    Generation generation(tiny.engine, r);
    while (generation.next()) {
    }
    CHECK(*found == *expected);
    CHECK(generation.tokens() == tokens);
    const Timings t = generation.timings();
    CHECK(t.n_generated == 300);
    CHECK(t.n_accepted <= t.n_drafted);
    n_accepted += t.n_accepted;
  }
  CHECK(n_accepted > 0);
  const auto s = tiny.engine.scheduler().statistics(), p = plain.engine.scheduler().statistics();
  CHECK(s.n_rows == p.n_rows);
  CHECK(s.n_steps < p.n_steps);
}

TEST_CASE("a known beginning is not computed again, to the token") {
  TinyEngine tiny({.n_threads = 1, .n_ctx = 400});
  const std::vector<int32_t> shared = random_ids(150, 5);
  auto with = [&](int seed) {
    std::vector<int32_t> prompt = shared;
    const auto own = random_ids(10, seed);
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

TEST_CASE("pages that others take between steps are waited for") {
  constexpr int kRequests = 8;
  TinyEngine calm({.n_threads = 1, .n_ctx = 400});
  TinyEngine tiny({.n_threads = 1, .n_ctx = 400, .kv_bytes = 9 * page_bytes()});
  auto long_one = [](int i) { return Request{.prompt = random_ids(190, i), .max_tokens = 70}; };
  std::atomic<bool> is_over = false;
  std::thread others([&] {
    std::vector<float> logits(static_cast<size_t>(tiny.engine.config().n_vocab));
    while (!is_over) {
      Sequence s = tiny.engine.executor().open(random_ids(150, 3));
      try {
        tiny.engine.executor().logits(s, Role::prompt, 1, logits.data());
      } catch (const OverloadedError&) {  // it has no place in the queue
      }
    }
  });
  std::vector<std::unique_ptr<Generation>> running;
  for (int i = 0; i < kRequests; ++i) {
    running.push_back(std::make_unique<Generation>(tiny.engine, long_one(i)));
  }
  for (int i = 0; i < kRequests; ++i) {
    auto& generation = *running[static_cast<size_t>(i)];
    CHECK_NOTHROW([&] {
      while (generation.next()) {
      }
    }());
    CHECK(generation.tokens() == tokens_of(calm.engine, long_one(i)));
  }
  is_over = true;
  others.join();
}

TEST_CASE("higher priorities go first, and a full queue refuses") {
  TinyEngine tiny({.n_threads = 1, .n_ctx = 2000, .max_batch = 1, .max_queue = 2});
  Generation running(tiny.engine, {.prompt = random_ids(1500, 1), .max_tokens = 400});
  running.next();
  Generation low(tiny.engine, {.prompt = random_ids(5, 2), .max_tokens = 50});
  Generation high(tiny.engine, {.prompt = random_ids(5, 3), .max_tokens = 50, .priority = 1});
  CHECK_THROWS_AS(Generation(tiny.engine, {.prompt = random_ids(5, 4)}), OverloadedError);
  running.cancel();
  while (low.next()) {
  }
  CHECK(high.finish_reason() == FinishReason::length);
  CHECK(running.finish_reason() == FinishReason::cancelled);
  CHECK(low.timings().queue_seconds > high.timings().queue_seconds);
}

TEST_CASE("what the cache could never hold is refused") {
  const uint64_t page = page_bytes();
  TinyEngine tiny({.n_threads = 1, .n_ctx = 1000, .kv_bytes = 4 * page});
  CHECK_THROWS_AS(Generation(tiny.engine, {.prompt = random_ids(5, 1), .max_tokens = 900}),
                  ContextOverflowError);
  CHECK(tokens_of(tiny.engine, {.prompt = random_ids(5, 1), .max_tokens = 150}).size() == 150);
  CHECK_THROWS_AS(TinyEngine({.kv_bytes = page - 1}), InvalidArgumentError);
}

}  // namespace q3l
