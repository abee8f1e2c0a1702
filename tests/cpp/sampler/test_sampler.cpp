#include "sampler/sampler.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "base/error.h"
#include "kernels/dispatch.h"

namespace q3l {

namespace {

using Logits = std::vector<float>;
using Ids = std::vector<int32_t>;

std::map<int32_t, double> frequencies(const SamplerParams& params, const Logits& logits) {
  constexpr int kDraws = 20000;
  Sampler sampler(params, static_cast<int>(logits.size()));
  std::map<int32_t, double> seen;
  for (int i = 0; i < kDraws; ++i) {
    Logits row = logits;
    seen[sampler.sample(row).id] += 1.0 / kDraws;
  }
  return seen;
}

std::vector<int32_t> draw(SamplerParams params, const Logits& logits, int n,
                          std::span<const int32_t> prompt = {}) {
  Sampler sampler(params, static_cast<int>(logits.size()), prompt);
  std::vector<int32_t> ids;
  for (int i = 0; i < n; ++i) {
    Logits row = logits;
    ids.push_back(sampler.sample(row).id);
  }
  return ids;
}

// Evenly from 0 to 16, in no order, the same with every compiler.
Logits scattered_logits(size_t n) {
  Logits logits;
  for (uint32_t i = 0; i < n; ++i) {
    logits.push_back(static_cast<float>(i * 2654435761u >> 8) * 0x1p-20f);
  }
  return logits;
}

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Probabilities 0.5, 0.25, 0.125, 0.125.
const Logits kHalves = {std::log(0.125f), std::log(0.5f), std::log(0.25f), std::log(0.125f)};

}  // namespace

TEST_CASE("temperature 0 takes the likeliest token, the first of equals") {
  CHECK(draw({}, {1, 3, 3, 2}, 1) == Ids{1});
  for (size_t at : {0, 255, 256, 700, 999}) {
    Logits logits(1000, -5.0f);
    logits[at] = -1.0f;
    logits.back() = std::max(logits.back(), -1.0f);
    CHECK(draw({}, logits, 1) == Ids{static_cast<int32_t>(at)});
  }
}

TEST_CASE("sampling follows the probabilities") {
  auto seen = frequencies({.temperature = 1}, kHalves);
  CHECK(seen[1] == doctest::Approx(0.5).epsilon(0.05));
  CHECK(seen[2] == doctest::Approx(0.25).epsilon(0.05));
  CHECK(seen[0] == doctest::Approx(0.125).epsilon(0.1));
  // At half the temperature probabilities are squared: 16 : 4 : 1 : 1.
  seen = frequencies({.temperature = 0.5}, kHalves);
  CHECK(seen[1] == doctest::Approx(16.0 / 22).epsilon(0.05));
}

TEST_CASE("top-k, top-p and min-p keep the tokens that they name") {
  auto kept = [](const SamplerParams& params) {
    std::vector<int32_t> ids;
    for (auto [id, share] : frequencies(params, kHalves)) ids.push_back(id);
    return ids;
  };
  CHECK(kept({.temperature = 1, .top_k = 2}) == Ids{1, 2});
  CHECK(kept({.temperature = 1, .top_k = 9}) == Ids{0, 1, 2, 3});
  CHECK(kept({.temperature = 1, .top_p = 0.4f}) == Ids{1});
  CHECK(kept({.temperature = 1, .top_p = 0.6f}) == Ids{1, 2});
  CHECK(kept({.temperature = 1, .min_p = 0.3f}) == Ids{1, 2});
  CHECK(kept({.temperature = 1, .min_p = 1}) == Ids{1});
}

TEST_CASE("without filters, every block of tokens is drawn from") {
  Logits logits(1001, -kInfinity);
  for (size_t id : {3, 300, 1000}) logits[id] = std::log(static_cast<float>(id));
  auto seen = frequencies({.temperature = 1}, logits);
  CHECK(seen.size() == 3);
  CHECK(seen[1000] == doctest::Approx(1000.0 / 1303).epsilon(0.02));
  CHECK(seen[300] == doctest::Approx(300.0 / 1303).epsilon(0.05));
}

TEST_CASE("every unit of mass belongs to its token") {
  const Logits logits = scattered_logits(1000);
  LogitBlocks blocks(kernels().ops);
  blocks.read(logits);
  std::vector<Candidate> all;
  blocks.collect(-kInfinity, all);
  blocks.weigh(all, 1.0f);
  Mass end = 0;
  const Mass total = blocks.weigh(1.0f);
  for (const Candidate& t : all) {  // in the order of ids
    if (t.mass == 0) continue;
    CHECK(blocks.at(end, 1.0f) == t.id);
    end += t.mass;
    CHECK(blocks.at(end - 1, 1.0f) == t.id);
  }
  CHECK(end == total);

  Shortlist list;
  list.choose(blocks, {.temperature = 1, .top_p = 0.9999f});
  std::vector<Candidate> left(list.tokens().begin(), list.tokens().end());
  std::ranges::sort(left, likelier);
  CHECK(left.size() > 500);
  end = 0;
  for (const Candidate& t : left) {  // the likeliest first
    CHECK(list.at(end) == t.id);
    end += t.mass;
    CHECK(list.at(end - 1) == t.id);
  }
  CHECK(end == list.mass());
}

TEST_CASE("tokens of the smallest and largest temperatures are drawn") {
  CHECK(draw({.temperature = 1e-45f}, kHalves, 3) == Ids{1, 1, 1});
  CHECK(draw({.temperature = 1e-45f, .top_p = 0.9f}, kHalves, 3) == Ids{1, 1, 1});
  CHECK(frequencies({.temperature = 3e38f}, kHalves)[0] == doctest::Approx(0.25).epsilon(0.05));
  CHECK(frequencies({.temperature = 3e38f, .top_k = 4}, kHalves)[0] ==
        doctest::Approx(0.25).epsilon(0.05));
}

TEST_CASE("the same seed gives the same tokens, another seed others") {
  const Logits flat(1000, 0.0f);
  CHECK(draw({.temperature = 1, .seed = 7}, flat, 20) ==
        draw({.temperature = 1, .seed = 7}, flat, 20));
  CHECK(draw({.temperature = 1, .seed = 7}, flat, 20) !=
        draw({.temperature = 1, .seed = 8}, flat, 20));
}

// Every path to a token: whoever changes these numbers changes all texts that were sampled.
TEST_CASE("a seed's tokens are these, with every instruction set") {
  const Logits logits = scattered_logits(5000);
  CHECK(draw({.temperature = 1, .seed = 5}, logits, 4) == Ids{3359, 199, 1131, 3380});
  CHECK(draw({.temperature = 0.7f, .top_k = 20, .top_p = 0.95f, .seed = 5}, logits, 4) ==
        Ids{3338, 2584, 4558, 3338});
  CHECK(draw({.temperature = 2, .top_p = 0.9f, .seed = 5}, logits, 4) ==
        Ids{1524, 3105, 2283, 3498});
  CHECK(draw({.temperature = 2, .min_p = 0.01f, .seed = 5}, logits, 4) ==
        Ids{3142, 4092, 2427, 3519});
}

TEST_CASE("penalties count what was generated, repetition the prompt too") {
  const Logits logits = {2.0f, 1.9f, -1.0f, 1.0f};
  const Ids prompt = {0, 0};
  // 2 / 1.5 is below 1.9, 1.9 / 1.5 below 2 / 1.5.
  CHECK(draw({.repetition_penalty = 1.5f}, logits, 3, prompt) == Ids{1, 0, 0});
  CHECK(draw({.presence_penalty = 0.5f}, logits, 4, prompt) == Ids{0, 1, 0, 0});
  CHECK(draw({.frequency_penalty = 0.5f}, logits, 5, prompt) == Ids{0, 1, 0, 1, 0});
  CHECK(draw({.logit_bias = {{2, 2.0f}, {2, 2.0f}}}, logits, 2) == Ids{2, 2});
  Logits row = logits;
  Sampler sampler({.repetition_penalty = 2, .logit_bias = {{2, -1.0f}, {3, 4.0f}}}, 4, Ids{2, 3});
  CHECK(sampler.sample(row).id == 3);
  CHECK(row == Logits{2.0f, 1.9f, -4.0f, 2.5f});  // biased, then penalised
}

TEST_CASE("log-probabilities are of the logits as they came") {
  SamplerParams params{.repetition_penalty = 100, .logit_bias = {{3, 5.0f}}, .n_logprobs = 2};
  Logits row = kHalves;
  Sampler sampler(params, 4, Ids{1});
  Sampled token = sampler.sample(row);
  CHECK(token.id == 3);
  CHECK(token.logprob == doctest::Approx(std::log(0.125)));
  REQUIRE(token.likeliest.size() == 2);
  CHECK(token.likeliest[0].id == 1);
  CHECK(token.likeliest[0].logprob == doctest::Approx(std::log(0.5)));
  CHECK(token.likeliest[1].id == 2);
  row = kHalves;
  const uint32_t only_first = 1;
  token = sampler.sample(row, {&only_first, 1});
  CHECK(token.id == 0);
  CHECK(token.logprob == doctest::Approx(std::log(0.125)));
  params.n_logprobs = 0;
  row = kHalves;
  token = Sampler(params, 4).sample(row);
  CHECK(token.logprob == doctest::Approx(std::log(0.125)));
  CHECK(token.likeliest.empty());
  params.n_logprobs = 9;
  row = kHalves;
  CHECK(Sampler(params, 4).sample(row).likeliest.size() == 4);
}

TEST_CASE("a mask's tokens alone are chosen") {
  const Logits logits(75, 1.0f);
  std::vector<uint32_t> mask(3);
  for (int32_t allowed : {0, 31, 32, 63, 74}) {
    std::ranges::fill(mask, 0u);
    mask[static_cast<size_t>(allowed / 32)] = 1u << allowed % 32;
    for (float temperature : {0.0f, 1.0f}) {
      Logits row = logits;
      CHECK(Sampler({.temperature = temperature}, 75).sample(row, mask).id == allowed);
    }
  }
  mask = {0, ~0u, 0};
  for (int top_k : {0, 40}) {
    Sampler sampler({.temperature = 1, .top_k = top_k}, 75);
    std::map<int32_t, int> seen;
    for (int i = 0; i < 1000; ++i) {
      Logits row = logits;
      ++seen[sampler.sample(row, mask).id];
    }
    CHECK(seen.size() == 32);
    CHECK(seen.begin()->first == 32);
  }
}

TEST_CASE("masks that allow nothing, and logits that are no numbers, are refused") {
  Logits row(40, 1.0f);
  Sampler sampler({.temperature = 1, .n_logprobs = 1}, 40);
  CHECK_THROWS_AS(sampler.sample(row, std::vector<uint32_t>{0, 0}), InvalidArgumentError);
  row.assign(40, 1.0f);  // bits behind the vocabulary count for nothing
  CHECK_THROWS_AS(sampler.sample(row, std::vector<uint32_t>{0, ~0u << 8}), InvalidArgumentError);
  row.assign(40, 1.0f);
  CHECK_THROWS_AS(sampler.sample(row, std::vector<uint32_t>{1}), InvalidArgumentError);
  row.assign(40, kNan);
  CHECK_THROWS_AS(sampler.sample(row), Error);
  row.assign(40, 1.0f);
  row[7] = kInfinity;
  CHECK_THROWS_AS(sampler.sample(row), Error);
  row.assign(40, kNan);
  row[7] = 1;
  const Sampled token = sampler.sample(row);
  CHECK(token.id == 7);
  CHECK(token.logprob == doctest::Approx(0));
}

TEST_CASE("parameters out of range are refused by name") {
  auto refused = [](const SamplerParams& params) {
    try {
      Sampler sampler(params, 10);
    } catch (const InvalidArgumentError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(refused({.temperature = -1}) == "temperature must be 0 or more");
  CHECK(refused({.temperature = kNan}).starts_with("temperature "));
  CHECK(refused({.temperature = kInfinity}).starts_with("temperature "));
  CHECK(refused({.top_k = -1}).starts_with("top_k "));
  CHECK(refused({.top_p = 0}).starts_with("top_p "));
  CHECK(refused({.top_p = kNan}).starts_with("top_p "));
  CHECK(refused({.min_p = 1.5f}).starts_with("min_p "));
  CHECK(refused({.repetition_penalty = 0}).starts_with("repetition_penalty "));
  CHECK(refused({.repetition_penalty = kInfinity}).starts_with("repetition_penalty "));
  CHECK(refused({.frequency_penalty = 2.5f}).starts_with("frequency_penalty "));
  CHECK(refused({.presence_penalty = kNan}).starts_with("presence_penalty "));
  CHECK(refused({.logit_bias = {{1, kInfinity}}}).starts_with("logit_bias "));
  CHECK(refused({.logit_bias = {{10, 1.0f}}}) ==
        "logit_bias names token id 10, which is not in the vocabulary of 10");
  CHECK(refused({.logit_bias = {{-1, 1.0f}}}).starts_with("logit_bias "));
  CHECK(refused({.n_logprobs = -1}).starts_with("logprobs "));
  CHECK(refused({.top_k = 11, .n_logprobs = 11}) == "");
}

}  // namespace q3l
