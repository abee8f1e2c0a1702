// A constraint decides about its request's tokens, and about no other's.
#include "engine/token_constraint.h"

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "base/error.h"
#include "engine/generation.h"
#include "support/recorder.h"
#include "support/tiny_engine.h"

namespace q3l {

namespace {

using testing::endless;
using testing::random_ids;
using testing::TinyEngine;

constexpr EngineOptions kOptions{.n_threads = 2, .n_ctx = 600};

// Allows [first, end) and remembers the tokens.
struct Range : TokenConstraint {
  Range(int first, int end) : first(first), end(end) {}
  bool restrict(std::span<const float>, std::span<uint32_t> mask) override {
    ++n_asked;
    for (uint32_t word : mask) n_not_clear += word != 0;
    for (int i = first; i < end; ++i) mask[static_cast<size_t>(i) / 32] |= 1u << i % 32;
    return true;
  }
  bool accept(int32_t token) override {
    told.push_back(token);
    return n_asked == static_cast<int>(told.size());  // in turn
  }

  int first, end, n_asked = 0, n_not_clear = 0;
  std::vector<int32_t> told;
};

Request request(int i, std::shared_ptr<TokenConstraint> constraint, int max_tokens = 40) {
  return {.prompt = random_ids(10 + 3 * i, i),
          .max_tokens = max_tokens,
          .constraint = std::move(constraint)};
}

void finish(Generation& generation) {
  while (generation.next()) {
  }
}

std::vector<int32_t> tokens_of(Engine& engine, const Request& r) {
  Generation generation(engine, r);
  finish(generation);
  return generation.tokens();
}

}  // namespace

TEST_CASE("several at once each have their own tokens") {
  TinyEngine tiny(kOptions);
  std::vector<std::shared_ptr<Range>> ranges;
  std::vector<std::unique_ptr<Generation>> running;
  for (int i = 0; i < 8; ++i) {
    ranges.push_back(std::make_shared<Range>(30 * i, 30 * i + 1 + 4 * i));
    running.push_back(std::make_unique<Generation>(tiny.engine, request(i, ranges.back())));
  }
  for (size_t i = 0; i < running.size(); ++i) {
    finish(*running[i]);
    CHECK(running[i]->tokens().size() == 40);
    CHECK(running[i]->tokens() == ranges[i]->told);
    CHECK(ranges[i]->n_not_clear == 0);
    for (int32_t id : running[i]->tokens()) {
      CHECK(id >= ranges[i]->first);
      CHECK(id < ranges[i]->end);
    }
  }
}

TEST_CASE("one that restricts nothing changes nothing, and learns the token that ends the text") {
  TinyEngine tiny(kOptions);
  const auto recorder = std::make_shared<testing::Recorder>();
  CHECK(tokens_of(tiny.engine, request(1, recorder)) ==
        tokens_of(tiny.engine, request(1, nullptr)));
  CHECK(recorder->logits.size() == recorder->tokens.size());
  const int32_t end = tiny.engine.tokenizer().specials().front();
  REQUIRE(tiny.engine.tokenizer().is_end(end));
  const auto only_end = std::make_shared<Range>(end, end + 1);
  Generation ended(tiny.engine, request(1, only_end));
  finish(ended);
  CHECK(ended.tokens().empty());
  CHECK(ended.finish_reason() == FinishReason::stop);
  CHECK(only_end->told == std::vector{end});
}

TEST_CASE("a constraint ends a text without another step") {
  struct Three : Range {
    using Range::Range;
    bool accept(int32_t token) override { return Range::accept(token) && told.size() < 3; }
  };
  TinyEngine tiny(kOptions);
  Generation generation(tiny.engine, request(1, std::make_shared<Three>(65, 70)));
  std::string text;
  while (const auto piece = generation.next()) text += *piece;
  CHECK(text.size() == 3);
  CHECK(generation.tokens().size() == 3);
  CHECK(generation.finish_reason() == FinishReason::stop);
  CHECK(generation.timings().n_decode_steps == 2);
}

TEST_CASE("what a constraint throws ends its request and no other") {
  struct Failure {};
  struct Failing : Range {
    Failing(bool when_asked) : Range(0, 250), when_asked(when_asked) {}
    bool restrict(std::span<const float> logits, std::span<uint32_t> mask) override {
      if (when_asked && told.size() == 3) throw Failure();
      return Range::restrict(logits, mask);
    }
    bool accept(int32_t token) override {
      if (!when_asked && told.size() == 3) throw Failure();
      return Range::accept(token);
    }
    bool when_asked;
  };
  TinyEngine tiny(kOptions);
  const auto expected = tokens_of(tiny.engine, request(2, nullptr));
  Generation other(tiny.engine, request(2, nullptr));
  for (bool when_asked : {true, false}) {
    Generation failing(tiny.engine, request(1, std::make_shared<Failing>(when_asked)));
    CHECK_THROWS_AS(finish(failing), Failure);
    CHECK_THROWS_AS(failing.next(), Failure);
    CHECK(failing.tokens().size() == 3);
    CHECK(failing.finish_reason() == FinishReason::cancelled);
  }
  Generation nothing(tiny.engine, request(1, std::make_shared<Range>(0, 0)));
  CHECK_THROWS_WITH_AS(finish(nothing), "the mask must allow at least one token",
                       InvalidArgumentError);
  finish(other);
  CHECK(other.tokens() == expected);
}

TEST_CASE("a constraint is let go of when its request ends") {
  TinyEngine tiny(kOptions);
  std::weak_ptr<TokenConstraint> watched;
  auto range = std::make_shared<Range>(0, 250);
  watched = range;
  Generation generation(tiny.engine, request(1, std::move(range), 500));
  generation.next();
  CHECK(!watched.expired());
  generation.cancel();
  finish(generation);
  CHECK(watched.expired());
}

}  // namespace q3l
