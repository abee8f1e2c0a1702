#include "engine/sliding.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/error.h"
#include "engine/session.h"
#include "support/tiny_engine.h"

namespace q3l {

namespace {

using testing::complete;
using testing::endless;
using testing::random_ids;
using testing::TinyEngine;
using Ids = std::vector<int32_t>;

constexpr int kCtx = 128;
const EngineOptions kOptions{.n_threads = 2, .n_ctx = kCtx};

Ids joined(Ids a, const Ids& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

bool ends_with(const Ids& ids, const Ids& end) {
  return ids.size() >= end.size() && std::equal(end.rbegin(), end.rend(), ids.rbegin());
}

Ids message(const Engine& engine, const std::string& role, int n, int seed) {
  Ids ids = {*engine.tokenizer().find("<|im_start|>")};
  ids = joined(ids, engine.tokenizer().encode(role + "\n", false));
  return joined(ids, random_ids(n, seed));
}

}  // namespace

TEST_CASE("what has room stays, what has none loses what came first") {
  TinyEngine tiny(kOptions);
  const Sliding sliding(tiny.engine.tokenizer(), kCtx);
  const Ids text = random_ids(1000, 1);
  for (int n : {1, 64, kCtx - 1}) {
    const Ids some(text.begin(), text.begin() + n);
    CHECK(sliding.fit(some) == some);
  }
  for (int n : {kCtx, kCtx + 1, 300, 1000}) {
    const Ids some(text.begin(), text.begin() + n), left = sliding.fit(some);
    CHECK(ends_with(some, left));
    CHECK(left.size() >= kCtx / 4);
    CHECK(left.size() <= kCtx - kCtx / 8);
  }
}

TEST_CASE("a text that grows is cut at the same place for long") {
  TinyEngine tiny(kOptions);
  const Sliding sliding(tiny.engine.tokenizer(), kCtx);
  const Ids text = random_ids(1000, 2);
  int n_cuts = 0;
  size_t last = 0;
  for (int n = kCtx; n < 1000; ++n) {
    const size_t begin =
        static_cast<size_t>(n) - sliding.fit(std::span(text).first(static_cast<size_t>(n))).size();
    n_cuts += begin != last;
    last = begin;
  }
  CHECK(n_cuts <= (1000 - kCtx) / (kCtx / 2) + 1);
}

TEST_CASE("the system's message stays, and the rest begins at a message") {
  TinyEngine tiny(kOptions);
  const Sliding sliding(tiny.engine.tokenizer(), kCtx);
  const Ids system = message(tiny.engine, "system", 20, 1);
  Ids all = system;
  for (int turn = 0; turn < 8; ++turn) all = joined(all, message(tiny.engine, "user", 15, turn));
  const Ids left = sliding.fit(all);
  CHECK(std::equal(system.begin(), system.end(), left.begin()));
  const Ids rest(left.begin() + static_cast<std::ptrdiff_t>(system.size()), left.end());
  CHECK(ends_with(all, rest));
  CHECK(rest.front() == *tiny.engine.tokenizer().find("<|im_start|>"));
  CHECK(rest.size() < all.size() - system.size());
  // One message that is too long alone is cut within.
  const Ids longest = joined(system, message(tiny.engine, "user", 300, 3));
  CHECK(sliding.fit(longest).size() > system.size() + kCtx / 8);
  CHECK_THROWS_AS(sliding.fit(message(tiny.engine, "system", 300, 4)), ContextOverflowError);
}

TEST_CASE("a text that slides goes on as a new one with what is left of it") {
  TinyEngine tiny(kOptions);
  const Ids prompt = random_ids(50, 5);
  const SamplerParams sampling = endless(tiny.engine);
  const Ids tokens = complete(Generation(
      tiny.engine, {.prompt = prompt, .max_tokens = 300, .sampling = sampling, .slides = true}));
  REQUIRE(tokens.size() == 300);
  const Sliding sliding(tiny.engine.tokenizer(), kCtx);
  // From the first token behind each cut to the next cut.
  Ids text = prompt;
  for (size_t done = 0; done < tokens.size();) {
    text = sliding.fit(text);
    const size_t n = std::min(tokens.size() - done, kCtx - text.size());
    const Ids part = complete(Generation(
        tiny.engine, {.prompt = text, .max_tokens = static_cast<int>(n), .sampling = sampling}));
    REQUIRE(part.size() == n);
    CHECK(std::equal(part.begin(), part.end(), tokens.begin() + static_cast<std::ptrdiff_t>(done)));
    text = joined(text, part);
    done += n;
  }
}

TEST_CASE("a context too short to leave anything out is refused") {
  TinyEngine tiny({.n_threads = 1, .n_ctx = 8});
  CHECK_THROWS_AS(
      Generation(tiny.engine, {.prompt = random_ids(4, 8), .max_tokens = 9, .slides = true}),
      InvalidArgumentError);
}

TEST_CASE("prompts that are too long slide only where that is asked for, in sessions too") {
  TinyEngine tiny(kOptions);
  Request request{.prompt = random_ids(400, 6), .max_tokens = 3};
  CHECK_THROWS_AS(Generation(tiny.engine, request), ContextOverflowError);
  request.slides = true;
  const Ids expected = complete(Generation(tiny.engine, request));
  CHECK(expected.size() == 3);
  Session session(tiny.engine);
  CHECK(complete(session.generate(request)) == expected);
  // Also what is left out must be tokens: penalties count them.
  Request unknown = request;
  unknown.sampling.repetition_penalty = 1.5f;
  for (int32_t id : {-5, 1 << 30}) {
    unknown.prompt.front() = id;
    CHECK_THROWS_AS(Generation(tiny.engine, unknown), InvalidArgumentError);
    CHECK_THROWS_AS(session.generate(unknown), InvalidArgumentError);
  }
  // A little more of the same text is cut at the same place: the session has all but the end.
  request.prompt = joined(request.prompt, joined(expected, random_ids(4, 7)));
  Generation second = session.generate(request);
  while (second.next()) {
  }
  CHECK(second.timings().n_reused >= second.timings().n_prompt - 6);
}

}  // namespace q3l
