// What is guessed, and how much of it is worth computing.
#include "engine/drafter.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "engine/speculation.h"

namespace q3l {

namespace {

using Tokens = std::vector<int32_t>;

Tokens guessed(Drafter& drafter, const Tokens& tokens, int most) {
  const auto found = drafter.guess(tokens, most);
  return {found.begin(), found.end()};
}

// The same, found by looking.
Tokens sought(const Tokens& tokens, int most) {
  const auto last = tokens.end() - Drafter::kGram;
  const auto place = std::find_end(tokens.begin(), tokens.end() - 1, last, tokens.end());
  if (place == tokens.end() - 1) return {};
  const auto begin = place + Drafter::kGram;
  return {begin, begin + std::min<std::ptrdiff_t>(most, tokens.end() - begin)};
}

}  // namespace

TEST_CASE("guesses are what followed the last tokens where they stood last before") {
  Drafter drafter(64);
  CHECK(guessed(drafter, {1, 2, 3}, 4).empty());
  CHECK(guessed(drafter, {1, 2, 3, 4, 5, 1, 2}, 4).empty());
  CHECK(guessed(drafter, {1, 2, 3, 4, 5, 1, 2, 3}, 4) == Tokens{4, 5, 1, 2});
  CHECK(guessed(drafter, {1, 2, 3, 4, 5, 1, 2, 3, 6, 1, 2, 3}, 2) == Tokens{6, 1});
  CHECK(guessed(drafter, {1, 2, 3, 4, 5, 1, 2, 3, 6, 1, 2, 3, 4}, 3) == Tokens{5, 1, 2});
  CHECK(guessed(drafter, {1, 2, 3, 4, 5, 1, 2, 3, 6, 1, 2, 3, 4, 6}, 9).empty());
}

TEST_CASE("guesses are those that a search finds, also of a token that is repeated") {
  std::mt19937 random(1);
  for (int n_words : {1, 2, 5}) {
    CAPTURE(n_words);
    Drafter drafter(400);
    Tokens tokens;
    for (int i = 0; i < 400; ++i) {
      tokens.push_back(static_cast<int32_t>(random()) % n_words);
      if (i < Drafter::kGram || random() % 3 == 0) continue;
      CHECK(guessed(drafter, tokens, 7) == sought(tokens, 7));
    }
  }
}

TEST_CASE("a text is being repeated where many tokens before the guesses agree") {
  Drafter drafter(64);
  Tokens tokens = {99};
  for (int i = 0; i < 2 * Drafter::kLong; ++i) tokens.push_back(i);
  for (int i = 0; i < Drafter::kLong; ++i) {
    tokens.push_back(i);
    const bool is_guessed = !guessed(drafter, tokens, 1).empty();
    CHECK(is_guessed == (i + 1 >= Drafter::kGram));
    CHECK(drafter.is_repeating() == (i + 1 == Drafter::kLong));
  }
  tokens.insert(tokens.end(), {77, 0, 1, 2});
  CHECK(guessed(drafter, tokens, 1) == Tokens{3});
  CHECK(!drafter.is_repeating());
}

TEST_CASE("guesses are computed where that is faster") {
  StepTime cheap, dear;
  for (int n : {1, 4, 8, 1, 2}) {
    cheap.add(n, 1.0 + 0.05 * (n - 1));
    dear.add(n, 1.0 * n);
  }
  CHECK(cheap.of(5) == doctest::Approx(1.2).epsilon(0.05));
  CHECK(dear.of(5) == doctest::Approx(5).epsilon(0.1));
  CHECK(worthwhile_guesses(15, 0.95, 1, cheap) > 8);
  CHECK(worthwhile_guesses(15, 0.5, 1, cheap) >= 2);
  CHECK(worthwhile_guesses(15, 0.02, 1, cheap) == 0);
  CHECK(worthwhile_guesses(15, 0.95, 1, dear) == 0);
  CHECK(worthwhile_guesses(0, 0.95, 1, cheap) == 0);
}

TEST_CASE("before a longer step was measured, guesses that are likely are tried") {
  StepTime time;
  CHECK(worthwhile_guesses(15, GuessRecord().rate(), 1, time) > 0);
  for (int i = 0; i < 50; ++i) time.add(1, 0.01);
  CHECK(worthwhile_guesses(15, 0.9, 1, time) > 1);
  CHECK(worthwhile_guesses(15, 0.05, 1, time) == 0);
}

TEST_CASE("a record follows what comes true") {
  GuessRecord record;
  for (int i = 0; i < 30; ++i) record.add(0, true);
  CHECK(record.rate() < 0.05);
  for (int i = 0; i < 20; ++i) record.add(4, false);
  CHECK(record.rate() > 0.9);
}

}  // namespace q3l
