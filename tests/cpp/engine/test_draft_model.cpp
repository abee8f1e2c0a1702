#include "engine/draft_model.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "engine/generation.h"
#include "support/tiny_engine.h"

namespace q3l {

namespace {

using testing::random_ids;
using testing::TempFile;
using testing::tiny_model;
using testing::TinyEngine;
using testing::TinyModel;
using Ids = std::vector<int32_t>;

const TinyModel kShape{.format = "Q8_0", .sharpness = 8};

struct Completed {
  Ids tokens;
  Timings timings;
};

Completed complete(Engine& engine, int n_prompt, int seed) {
  Generation generation(engine, {.prompt = random_ids(n_prompt, seed),
                                 .max_tokens = 60,
                                 .sampling = testing::endless(engine)});
  while (generation.next()) {
  }
  return {generation.tokens(), generation.timings()};
}

EngineOptions with_draft(const std::string& path) {
  return {.n_threads = 1, .n_ctx = 400, .draft_model = path};
}

}  // namespace

TEST_CASE("guesses are the draft model's likeliest tokens, whatever it was asked before") {
  const TempFile file(tiny_model(kShape).bytes());
  TinyEngine tiny({.n_threads = 1, .n_ctx = 400}, kShape);
  DraftModel model(file.path(), tiny.engine.file(), {.n_threads = 1, .n_ctx = 400});
  const size_t n_vocab = static_cast<size_t>(tiny.engine.config().n_vocab);
  ModelDrafter used(model);
  int n_guessed = 0;
  for (int n : {5, 30, 31, 200, 150, 8}) {
    const Ids tokens = random_ids(n, n % 2);
    const auto guesses = used.guess(tokens, 4);
    const Ids found(guesses.begin(), guesses.end());
    ModelDrafter fresh(model);
    const auto again = fresh.guess(tokens, 4);
    // The first reads in another role what the other has: rounding may tell them apart later.
    REQUIRE(found.size() <= 4);
    CHECK(found.empty() == again.empty());
    if (!found.empty()) CHECK(found.front() == again.front());
    n_guessed += static_cast<int>(found.size());
    std::vector<float> logits(n_vocab);
    Sequence s = tiny.engine.executor().open(tokens);
    while (!tiny.engine.executor().step(s, logits.data())) {
    }
    const auto best = std::max_element(logits.begin(), logits.end()) - logits.begin();
    if (!found.empty()) CHECK(found.front() == best);
  }
  CHECK(model.seconds_a_guess() > 0);
  CHECK(n_guessed > 0);
}

TEST_CASE("a draft model changes how fast tokens come, not which") {
  TinyEngine plain({.n_threads = 1, .n_ctx = 400, .max_draft = 0}, kShape);
  const TempFile same(tiny_model(kShape).bytes()), other(tiny_model(kShape, 2).bytes());
  for (const TempFile* file : {&same, &other}) {
    TinyEngine drafted(with_draft(file->path()), kShape);
    int n_accepted = 0;
    for (int seed = 0; seed < 6; ++seed) {
      const Completed found = complete(drafted.engine, 40 + 20 * seed, seed);
      CHECK(found.tokens == complete(plain.engine, 40 + 20 * seed, seed).tokens);
      n_accepted += found.timings.n_accepted;
    }
    if (file == &same) CHECK(n_accepted > 0);
  }
}

TEST_CASE("a quantised cache is the first model's alone") {
  // Heads of 40 values, which are no whole blocks.
  TinyModel shape = kShape;
  shape.head_dim = 32;
  const TempFile file(tiny_model(kShape).bytes());
  const EngineOptions options{.n_threads = 1, .n_ctx = 400, .kv_type = KvType::q8_0};
  EngineOptions drafted = options;
  drafted.draft_model = file.path();
  TinyEngine with(drafted, shape), without(options, shape);
  CHECK(complete(with.engine, 50, 1).tokens == complete(without.engine, 50, 1).tokens);
}

TEST_CASE("tokens that the draft model lacks are not shown to it") {
  TinyModel wider = kShape;
  wider.n_vocab = kShape.n_vocab + 8;
  TinyEngine tiny({.n_threads = 1, .n_ctx = 400}, wider);
  const TempFile file(tiny_model(kShape).bytes());
  DraftModel model(file.path(), tiny.engine.file(), {.n_threads = 1, .n_ctx = 400});
  ModelDrafter drafter(model);
  Ids tokens = random_ids(20, 1);
  tokens.push_back(kShape.n_vocab + 3);
  CHECK(drafter.guess(tokens, 4).empty());
}

TEST_CASE("another vocabulary is refused") {
  TinyModel shape = kShape;
  shape.n_vocab = 2000;
  const TempFile file(tiny_model(shape).bytes());
  CHECK_THROWS_AS(TinyEngine(with_draft(file.path()), kShape), InvalidArgumentError);
}

}  // namespace q3l
