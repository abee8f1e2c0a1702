// A sparse model whose experts are read into a cache that holds few of them answers as it does when
// all are mapped.
#include "experts/expert_cache.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "base/error.h"
#include "support/tiny_engine.h"

namespace q3l {

namespace {

using testing::complete;
using testing::endless;
using testing::random_ids;
using testing::TinyEngine;
using testing::TinyModel;

constexpr int kExperts = 16, kUsed = 3;
const TinyModel kModel = {.architecture = "qwen3moe",
                          .format = "Q8_0",
                          .n_layer = 6,
                          .n_expert = kExperts,
                          .n_expert_used = kUsed};
constexpr uint64_t kSlot = 3 * (16384 + 4096);  // an expert's 96 x 160 values in Q8_0, three times

EngineOptions with_cache(uint64_t bytes) {
  return {.n_threads = 2, .n_ctx = 256, .expert_cache = bytes};
}

std::vector<int32_t> text(Engine& engine, int seed) {
  return complete(Generation(
      engine, {.prompt = random_ids(70, seed), .max_tokens = 40, .sampling = endless(engine)}));
}

// Of small experts, one in each megabyte of a file.
std::vector<ExpertPlace> places(uint64_t n) {
  std::vector<ExpertPlace> found;
  for (uint64_t i = 0; i < n; ++i) {
    const uint64_t begin = i << 20;
    found.push_back({{{{0, begin, 1000}, {0, begin + 5000, 1000}, {0, begin + 70000, 99}}}});
  }
  return found;
}

}  // namespace

TEST_CASE("experts from a cache give the same text, however few it holds") {
  TinyEngine all({.n_threads = 2, .n_ctx = 256}, kModel);
  const auto expected = text(all.engine, 1), second = text(all.engine, 2);
  for (int n_slots : {1, kUsed, 2 * kUsed, 20, 3 * kExperts}) {
    CAPTURE(n_slots);
    TinyEngine few(with_cache(kSlot * static_cast<uint64_t>(n_slots)), kModel);
    CHECK(text(few.engine, 1) == expected);
    CHECK(text(few.engine, 2) == second);
    const auto s = few.engine.expert_cache()->statistics();
    CHECK(s.n_wanted > 2 * 40 * 3 * kUsed);
    CHECK(s.n_hits <= s.n_wanted);
    CHECK(s.n_come_true <= s.n_foreseen);
    CHECK(s.bytes_read > 0);
  }
}

TEST_CASE("a cache that holds all experts reads each once") {
  TinyEngine engine(with_cache(kSlot * 3 * kExperts), kModel);
  text(engine.engine, 1);
  text(engine.engine, 2);
  const auto s = engine.engine.expert_cache()->statistics();
  CHECK(s.bytes_read <= uint64_t{3} * kExperts * 3 * 96 * 160 / 32 * 34);
}

TEST_CASE("several texts at once take turns with the cache") {
  TinyEngine all({.n_threads = 2, .n_ctx = 256}, kModel);
  TinyEngine few(with_cache(kSlot * 8), kModel);
  std::vector<std::vector<int32_t>> found(6);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < found.size(); ++i) {
    threads.emplace_back([&, i] { found[i] = text(few.engine, static_cast<int>(i)); });
  }
  for (auto& thread : threads) thread.join();
  for (size_t i = 0; i < found.size(); ++i)
    CHECK(found[i] == text(all.engine, static_cast<int>(i)));
}

TEST_CASE("a cache that suits no model is refused") {
  CHECK_THROWS_WITH_AS(TinyEngine(with_cache(1 << 20)), doctest::Contains("no experts"),
                       InvalidArgumentError);
  CHECK_THROWS_WITH_AS(TinyEngine(with_cache(1000), kModel), doctest::Contains("give more"),
                       InvalidArgumentError);
}

TEST_CASE("what is foreseen is there when it is wanted") {
  const testing::TempFile file(std::string(8 << 20, 'x'));
  ExpertCache cache({file.path()}, places(8), 4 * 3 * 8192);
  const std::vector<int> first = {0, 1}, second = {2, 3};
  cache.foresee(first);
  cache.want(first);
  cache.wait();
  cache.foresee(second);
  cache.want(second);
  cache.wait();
  for (int expert : second) {
    for (int part = 0; part < kExpertParts; ++part) {
      REQUIRE(cache.find(expert, part) != nullptr);
      CHECK(*cache.find(expert, part) == 'x');
    }
  }
  const auto s = cache.statistics();
  CHECK(s.n_wanted == 4);
  CHECK(s.n_hits == 4);
  CHECK(s.n_foreseen == 4);
  CHECK(s.n_come_true == 4);
  const std::vector<int> many = {0, 1, 2, 3, 4, 5};
  cache.want(many);
  cache.wait();
  int n_there = 0;
  for (int expert : many) n_there += cache.find(expert, 0) != nullptr;
  CHECK(n_there == 4);
}

TEST_CASE("what cannot be read is said to who wants it, and to nobody else") {
  // Of four experts the second half has become shorter since.
  const testing::TempFile file(std::string(4 << 20, 'x'));
  ExpertCache cache({file.path()}, places(4), 4 * 3 * 8192);
  std::filesystem::resize_file(file.path(), 2 << 20);
  const std::vector<int> all = {0, 1, 2, 3}, good = {0, 1}, lost = {2, 3};
  for (int i = 0; i < 200; ++i) {
    cache.want(all);
    CHECK_THROWS_AS(cache.wait(), FileError);
    cache.foresee(lost);
    cache.want(good);
    CHECK_NOTHROW(cache.wait());
    for (int expert : good) CHECK(cache.find(expert, 0) != nullptr);
  }
}

}  // namespace q3l
