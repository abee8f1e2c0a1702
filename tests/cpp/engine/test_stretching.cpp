// Sequences beyond what a model was trained on are stretched as in a file that asks for YaRN.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "engine/session.h"
#include "support/tiny_engine.h"

namespace q3l {

namespace {

using testing::complete;
using testing::endless;
using testing::random_ids;
using testing::TinyEngine;
using Ids = std::vector<int32_t>;

constexpr int kTrained = 64;
const EngineOptions kOptions{.n_threads = 2, .n_ctx = 300};

TinyEngine trained_engine(float yarn_factor = 0) {
  return TinyEngine(kOptions,
                    {.format = "Q8_0", .n_ctx_train = kTrained, .yarn_factor = yarn_factor});
}

// Logits after the last of some tokens, of which the first n_prompt are a prompt's.
std::vector<float> logits_after(Engine& engine, const Ids& tokens, int n_prompt) {
  std::vector<float> logits(static_cast<size_t>(engine.config().n_vocab));
  Sequence s = engine.executor().open({tokens.begin(), tokens.begin() + n_prompt});
  s.tokens = tokens;
  while (!engine.executor().step(s, logits.data())) {
  }
  return logits;
}

int likeliest(const std::vector<float>& logits, const SamplerParams& sampling) {
  std::vector<float> biased = logits;
  for (auto [id, bias] : sampling.logit_bias) biased[static_cast<size_t>(id)] += bias;
  return static_cast<int>(std::max_element(biased.begin(), biased.end()) - biased.begin());
}

}  // namespace

TEST_CASE("a prompt is stretched by the least factor that it fits") {
  TinyEngine plain = trained_engine(), twice = trained_engine(2), fourfold = trained_engine(4);
  auto after = [](TinyEngine& tiny, int n) {
    return logits_after(tiny.engine, random_ids(n, 1), n);
  };
  CHECK(after(plain, kTrained) != after(twice, kTrained));
  CHECK(after(plain, kTrained + 1) == after(twice, kTrained + 1));
  CHECK(after(plain, 2 * kTrained) == after(twice, 2 * kTrained));
  CHECK(after(plain, 2 * kTrained + 1) == after(fourfold, 2 * kTrained + 1));
  CHECK(after(plain, 4 * kTrained + 20) == after(fourfold, 4 * kTrained + 20));
}

TEST_CASE("a text that grows beyond is computed again, and goes on as if always stretched") {
  TinyEngine plain = trained_engine(), twice = trained_engine(2);
  const Ids prompt = random_ids(50, 2);
  const SamplerParams sampling = endless(plain.engine);
  const Ids tokens = complete(
      Generation(plain.engine, {.prompt = prompt, .max_tokens = 60, .sampling = sampling}));
  REQUIRE(tokens.size() == 60);
  Ids text = prompt;
  for (int32_t token : tokens) {
    const bool fits = text.size() <= kTrained;
    Engine& engine = fits ? plain.engine : twice.engine;
    CHECK(likeliest(logits_after(engine, text, 50), sampling) == token);
    text.push_back(token);
  }
}

TEST_CASE("prompts share what was computed for the same factor only") {
  TinyEngine tiny = trained_engine();
  const Ids text = random_ids(kTrained + 20, 3), beginning(text.begin(), text.begin() + kTrained);
  const Ids alone = complete(Generation(tiny.engine, {.prompt = text, .max_tokens = 4}));
  TinyEngine other = trained_engine();
  complete(Generation(other.engine, {.prompt = beginning, .max_tokens = 1}));
  Generation generation(other.engine, {.prompt = text, .max_tokens = 4});
  while (generation.next()) {
  }
  CHECK(generation.timings().n_reused == 0);
  CHECK(generation.tokens() == alone);
}

TEST_CASE("sessions outgrow what they were, and files keep the factor") {
  TinyEngine tiny = trained_engine();
  Ids text = random_ids(30, 4);  // so that all of it fits twice what was trained
  Session session(tiny.engine);
  for (int turn = 0; turn < 3; ++turn) {
    const Ids answer = complete(session.generate({.prompt = text, .max_tokens = 15}));
    text.insert(text.end(), answer.begin(), answer.end());
    const Ids more = random_ids(12, 10 + turn);
    text.insert(text.end(), more.begin(), more.end());
  }
  const testing::TempFile file("", ".session");
  session.save(file.path());
  const Request request{.prompt = text, .max_tokens = 10};
  Session fork = session.fork();
  Generation forked = fork.generate(request);
  while (forked.next()) {
  }
  const Ids expected = forked.tokens();
  CHECK(forked.timings().n_reused > kTrained);
  Session loaded(tiny.engine, file.path());
  Generation generation = loaded.generate(request);
  while (generation.next()) {
  }
  CHECK(generation.tokens() == expected);
  CHECK(generation.timings().n_reused > kTrained);
}

}  // namespace q3l
