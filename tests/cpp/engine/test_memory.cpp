// The cache's budget: who has pages that nobody needs gives them back, and nobody's request fails
// for want of pages that it was promised.
#include <doctest/doctest.h>

#include <chrono>
#include <latch>
#include <thread>

#include "engine/session.h"
#include "support/tiny_engine.h"

namespace q3l {

namespace {

using testing::endless;
using testing::random_ids;
using testing::TinyEngine;

uint64_t page_bytes() {
  return TinyEngine().engine.executor().cache().page_bytes();
}

EngineOptions with_pages(int n) {
  return {.n_threads = 1, .n_ctx = 448, .kv_bytes = static_cast<uint64_t>(n) * page_bytes()};
}

void finish(Generation& generation) {
  while (generation.next()) {
  }
}

// Holds the scheduler back at a request's first token.
class Gate : public TokenConstraint {
 public:
  bool restrict(std::span<const float>, std::span<uint32_t>) override {
    is_reached_.count_down(is_reached_.try_wait() ? 0 : 1);
    is_open_.wait();
    return false;
  }
  bool accept(int32_t) override { return true; }
  void wait() { is_reached_.wait(); }
  void open() { is_open_.count_down(); }

 private:
  std::latch is_reached_{1}, is_open_{1};
};

std::vector<int32_t> behind(const std::vector<int32_t>& beginning, int n, int seed) {
  std::vector<int32_t> prompt = beginning;
  const auto own = random_ids(n, seed);
  prompt.insert(prompt.end(), own.begin(), own.end());
  return prompt;
}

}  // namespace

TEST_CASE("prompts that begin alike and arrive together share pages in the end") {
  TinyEngine tiny(with_pages(8)), calm(with_pages(100));
  const std::vector<int32_t> shared = random_ids(128, 1);
  const Request brief{.prompt = behind(shared, 10, 2), .max_tokens = 4};
  // Needs the whole cache, so that whatever else is held has to be given back.
  const Request whole{
      .prompt = behind(shared, 12, 3), .max_tokens = 308, .sampling = endless(tiny.engine)};
  const auto gate = std::make_shared<Gate>();
  Generation first(tiny.engine, {.prompt = {7}, .max_tokens = 1, .constraint = gate});
  Generation a(tiny.engine, brief), b(tiny.engine, whole);
  gate->open();
  finish(a);
  CHECK_NOTHROW(finish(b));
  Generation alone(calm.engine, whole);
  finish(alone);
  CHECK(b.tokens() == alone.tokens());
  CHECK(tiny.engine.scheduler().statistics().n_preempted == 0);
}

TEST_CASE("a request waits for pages that others than requests hold") {
  TinyEngine tiny(with_pages(8)), calm(with_pages(100));
  const Request whole{
      .prompt = random_ids(140, 3), .max_tokens = 308, .sampling = endless(tiny.engine)};
  std::vector<float> logits(static_cast<size_t>(tiny.engine.config().n_vocab));
  auto other = std::make_unique<Sequence>(tiny.engine.executor().open(random_ids(150, 1)));
  tiny.engine.executor().step(*other, logits.data());
  Generation waiting(tiny.engine, whole);
  waiting.next();
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  CHECK(waiting.finish_reason() == FinishReason::none);
  other.reset();
  CHECK_NOTHROW(finish(waiting));
  Generation alone(calm.engine, whole);
  finish(alone);
  CHECK(waiting.tokens() == alone.tokens());
}

TEST_CASE("a session that there is no room for is read without its keys and values") {
  TinyEngine tiny(with_pages(8));
  const testing::TempFile saved("");
  Session session(tiny.engine);
  const Request first{.prompt = random_ids(200, 1), .max_tokens = 1};
  const Request second{.prompt = behind(first.prompt, 20, 2), .max_tokens = 20};
  Generation generation = session.generate(first);
  finish(generation);
  session.save(saved.path());
  auto other = std::make_unique<Sequence>(tiny.engine.executor().open(random_ids(448, 3)));
  other->kv.reserve(0, 448);
  Session without(tiny.engine, saved.path());
  CHECK(without.n_computed() == 0);
  other.reset();
  Session with(tiny.engine, saved.path());
  CHECK(with.n_computed() == 200);
  Generation expected = with.generate(second), found = without.generate(second);
  finish(expected);
  finish(found);
  CHECK(found.tokens() == expected.tokens());
}

TEST_CASE("pages that only idle sessions and known prompts hold are available, however shared") {
  TinyEngine tiny(with_pages(40));
  Session session(tiny.engine);
  Generation generation = session.generate({.prompt = random_ids(200, 1), .max_tokens = 20});
  finish(generation);
  const Session child = session.fork(), other = child.fork();
  KvCache& cache = tiny.engine.executor().cache();
  CHECK(cache.n_held() >= 4);
  CHECK(cache.n_available() == 40);
  const auto gate = std::make_shared<Gate>();
  Generation again =
      session.generate({.prompt = random_ids(200, 1), .max_tokens = 1, .constraint = gate});
  gate->wait();
  CHECK(cache.n_available() <= 36);
  gate->open();
  finish(again);
  CHECK(cache.n_available() == 40);
}

}  // namespace q3l
