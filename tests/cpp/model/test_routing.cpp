// Which experts a row goes to and where its slots are, against a plain sort.
#include "model/routing.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <set>

namespace q3l {

namespace {

using Logits = std::vector<float>;

// The numbers of the likeliest experts, ascending; equal ones prefer the lower number.
std::vector<int> likeliest(const Logits& logits, int n) {
  std::vector<int> experts(logits.size());
  std::iota(experts.begin(), experts.end(), 0);
  std::stable_sort(experts.begin(), experts.end(), [&](int a, int b) {
    return logits[static_cast<size_t>(a)] > logits[static_cast<size_t>(b)];
  });
  experts.resize(static_cast<size_t>(n));
  std::sort(experts.begin(), experts.end());
  return experts;
}

double exponential(const Logits& logits, int expert) {
  return std::exp(static_cast<double>(logits[static_cast<size_t>(expert)]));
}

void check_choices(const Logits& logits, const RouterConfig& params) {
  std::vector<Choice> choices(static_cast<size_t>(params.n_used));
  choose_experts(logits.data(), params, choices.data());
  const std::vector<int> expected = likeliest(logits, params.n_used);
  double total = 0;
  for (int e = 0; e < params.n_expert; ++e) {
    const bool counts =
        !params.renormalise || std::binary_search(expected.begin(), expected.end(), e);
    total += counts ? exponential(logits, e) : 0.0;
  }
  for (size_t i = 0; i < choices.size(); ++i) {
    CHECK(choices[i].expert == expected[i]);
    const double weight = params.scale * exponential(logits, choices[i].expert) / total;
    CHECK(choices[i].weight == doctest::Approx(weight).epsilon(1e-5));
  }
}

}  // namespace

TEST_CASE("a row's experts are the likeliest, weighted by softmax") {
  std::mt19937 random(1);
  std::normal_distribution<float> values(0.0f, 2.0f);
  for (int n_expert : {1, 2, 8, 60, 128}) {
    for (int n_used : {1, 2, 8}) {
      if (n_used > n_expert) continue;
      for (bool renormalise : {false, true}) {
        Logits logits(static_cast<size_t>(n_expert));
        for (float& v : logits) v = values(random);
        check_choices(logits, {n_expert, n_used, renormalise, 1.0f});
        check_choices(logits, {n_expert, n_used, renormalise, 2.5f});
        for (float& v : logits) v = std::round(v);  // ties
        check_choices(logits, {n_expert, n_used, renormalise, 1.0f});
      }
    }
  }
}

TEST_CASE("logits too large for an exponential") {
  check_choices({80.0f, 81.0f, 79.5f}, {3, 2, true, 1.0f});
  Choice choices[2];
  const Logits logits = {1000.0f, 1001.0f, -1e30f};
  choose_experts(logits.data(), {3, 2, true, 1.0f}, choices);
  CHECK(choices[0].weight + choices[1].weight == doctest::Approx(1.0f));
  CHECK(choices[1].weight == doctest::Approx(1 / (1 + std::exp(-1.0))));
}

TEST_CASE("every row has a slot with each of its experts, in whole tiles of its role") {
  constexpr int kRows = 23, kPrompt = 17, kTiles[kRoles] = {6, 2};
  const RouterConfig params{5, 2, true, 1.0f};
  Routing routing;
  for (int round = 0; round < 2; ++round) {  // the second reuses what the first left
    routing.begin(kRows, params);
    for (int row = 0; row < kRows; ++row) {
      Choice* choices = routing.choices(row);
      choices[0] = {row % 3, 0.5f, 0};  // nobody goes to the fourth expert
      choices[1] = {4, 0.5f, 0};
    }
    routing.group(kPrompt, kTiles);
    std::set<int> taken;
    for (int row = 0; row < kRows; ++row) {
      for (const Choice& c : routing.chosen(row)) {
        CHECK(routing.row_of(c.slot) == row);
        CHECK(taken.insert(c.slot).second);
        CHECK((c.slot < routing.n_prompt_slots()) == (row < kPrompt));
        const auto holds = [&](const Routing::Group& g) {
          return g.expert == c.expert && g.begin <= c.slot && c.slot < g.end;
        };
        CHECK(std::count_if(routing.groups().begin(), routing.groups().end(), holds) == 1);
      }
    }
    int next = 0;
    for (const Routing::Group& g : routing.groups()) {
      CHECK(g.begin == next);
      CHECK((g.end - g.begin) % kTiles[static_cast<int>(g.role)] == 0);
      next = g.end;
    }
    CHECK(next == routing.n_slots());
    CHECK(routing.groups().size() == 8);
    int filling = 0;
    for (int slot = 0; slot < routing.n_slots(); ++slot) filling += routing.row_of(slot) == -1;
    CHECK(routing.n_slots() - filling == kRows * params.n_used);
  }
}

}  // namespace q3l
