// A stream that nobody reads pauses, keeps its place, and stands in nobody's way.
#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "engine/generation.h"
#include "support/tiny_engine.h"

namespace q3l {

namespace {

using testing::endless;
using testing::random_ids;
using testing::TinyEngine;

constexpr int kMost = static_cast<int>(Job::kMostUnread);

Request request(const Engine& engine, int i, int max_tokens) {
  return {.prompt = random_ids(20, i), .max_tokens = max_tokens, .sampling = endless(engine)};
}

void finish(Generation& generation) {
  while (generation.next()) {
  }
}

std::vector<int32_t> alone(const Request& r) {
  TinyEngine calm({.n_threads = 1, .n_ctx = 1200});
  Generation generation(calm.engine, r);
  finish(generation);
  return generation.tokens();
}

template <class Condition>
bool comes_true(Condition&& condition) {
  for (int i = 0; i < 20000 && !condition(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return condition();
}

// Whether it comes to a pause after n tokens.
template <class Stream>
bool pauses_at(int n, const Stream& stream, const Engine& engine) {
  return comes_true([&] {
    return stream.timings().n_generated == n && engine.scheduler().statistics().n_active == 0;
  });
}

}  // namespace

TEST_CASE("it pauses until half of what waits is read, while others go on") {
  TinyEngine tiny({.n_threads = 2, .n_ctx = 1200, .max_batch = 2});  // a pause frees its place
  const Request long_one = request(tiny.engine, 1, 600);
  Generation slow(tiny.engine, long_one), unread(tiny.engine, request(tiny.engine, 3, 600));
  Generation other(tiny.engine, request(tiny.engine, 2, 500));
  finish(other);
  CHECK(other.tokens() == alone(request(tiny.engine, 2, 500)));
  CHECK(pauses_at(kMost, slow, tiny.engine));
  CHECK(tiny.engine.scheduler().statistics().n_queued == 2);
  for (int i = 0; i < kMost / 2 - 1; ++i) slow.next();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(slow.timings().n_generated == kMost);
  slow.next();
  CHECK(pauses_at(kMost + kMost / 2, slow, tiny.engine));
  finish(slow);
  CHECK(slow.tokens() == alone(long_one));
  CHECK(tiny.engine.scheduler().statistics().n_preempted == 0);  // it kept its pages
}

TEST_CASE("who goes on takes its pages when there are no others") {
  const uint64_t page = TinyEngine().engine.executor().cache().page_bytes();
  // Room for one and a half of the three.
  TinyEngine tiny({.n_threads = 1, .n_ctx = 1200, .kv_bytes = 12 * page});
  std::vector<std::unique_ptr<Generation>> slow;
  for (int i = 0; i < 2; ++i) {
    slow.push_back(std::make_unique<Generation>(tiny.engine, request(tiny.engine, i, 600)));
    CHECK(pauses_at(kMost, *slow.back(), tiny.engine));
  }
  CHECK(tiny.engine.scheduler().statistics().n_pages >= 10);
  Generation other(tiny.engine, request(tiny.engine, 7, 600));
  finish(other);
  CHECK(other.tokens() == alone(request(tiny.engine, 7, 600)));
  const auto n_preempted = tiny.engine.scheduler().statistics().n_preempted;
  CHECK(n_preempted > 0);
  for (int i = 0; i < 2; ++i) {
    finish(*slow[static_cast<size_t>(i)]);
    CHECK(slow[static_cast<size_t>(i)]->tokens() == alone(request(tiny.engine, i, 600)));
  }
}

TEST_CASE("a pause can be cancelled, and by the end of the engine") {
  TinyEngine tiny({.n_threads = 1, .n_ctx = 1200});
  Generation slow(tiny.engine, request(tiny.engine, 1, 600));
  CHECK(pauses_at(kMost, slow, tiny.engine));
  slow.cancel();
  CHECK(comes_true([&] { return tiny.engine.scheduler().statistics().n_queued == 0; }));
  finish(slow);
  CHECK(slow.finish_reason() == FinishReason::cancelled);
  CHECK(slow.timings().n_generated == kMost);
  auto last = std::make_unique<TinyEngine>(EngineOptions{.n_threads = 1, .n_ctx = 1200});
  auto job = std::make_shared<Job>(last->engine.executor(), last->engine.tokenizer(),
                                   request(last->engine, 1, 1000),
                                   last->engine.executor().open(random_ids(20, 1)));
  last->engine.scheduler().submit(job);
  CHECK(pauses_at(kMost, *job, last->engine));
  last.reset();
  CHECK(job->finish_reason() == FinishReason::cancelled);
}

}  // namespace q3l
