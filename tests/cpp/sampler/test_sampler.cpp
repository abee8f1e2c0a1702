#include "sampler/sampler.h"

#include <doctest/doctest.h>

#include <cmath>
#include <map>

#include "base/error.h"

namespace q3l {

namespace {

using Logits = std::vector<float>;

std::map<int32_t, double> frequencies(const SamplerParams& params, const Logits& logits) {
  constexpr int kDraws = 20000;
  Sampler sampler(params);
  std::map<int32_t, double> seen;
  for (int i = 0; i < kDraws; ++i) seen[sampler.sample(logits)] += 1.0 / kDraws;
  return seen;
}

// Probabilities 0.5, 0.25, 0.125, 0.125.
const Logits kHalves = {std::log(0.125f), std::log(0.5f), std::log(0.25f), std::log(0.125f)};

}  // namespace

TEST_CASE("temperature 0 takes the likeliest token, the first of equals") {
  CHECK(Sampler({}).sample(Logits{1, 3, 3, 2}) == 1);
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
  using Ids = std::vector<int32_t>;
  CHECK(kept({.temperature = 1, .top_k = 2}) == Ids{1, 2});
  CHECK(kept({.temperature = 1, .top_k = 9}) == Ids{0, 1, 2, 3});
  CHECK(kept({.temperature = 1, .top_p = 0.4f}) == Ids{1});
  CHECK(kept({.temperature = 1, .top_p = 0.6f}) == Ids{1, 2});
  CHECK(kept({.temperature = 1, .min_p = 0.3f}) == Ids{1, 2});
  CHECK(kept({.temperature = 1, .min_p = 1}) == Ids{1});
}

TEST_CASE("the same seed gives the same tokens, another seed others") {
  const Logits flat(1000, 0.0f);
  auto draw = [&](uint64_t seed) {
    Sampler sampler({.temperature = 1, .seed = seed});
    std::vector<int32_t> ids;
    for (int i = 0; i < 20; ++i) ids.push_back(sampler.sample(flat));
    return ids;
  };
  CHECK(draw(7) == draw(7));
  CHECK(draw(7) != draw(8));
}

TEST_CASE("parameters out of range are refused by name") {
  CHECK_THROWS_WITH_AS(Sampler({.temperature = -1}), "temperature must be 0 or more",
                       InvalidArgumentError);
  CHECK_THROWS_AS(Sampler({.temperature = NAN}), InvalidArgumentError);
  CHECK_THROWS_AS(Sampler({.top_k = -1}), InvalidArgumentError);
  CHECK_THROWS_AS(Sampler({.top_p = 0}), InvalidArgumentError);
  CHECK_THROWS_AS(Sampler({.min_p = 1.5f}), InvalidArgumentError);
}

}  // namespace q3l
