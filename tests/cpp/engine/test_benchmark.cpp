// The bytes that decoding is held against, counted by hand; what the benchmark runs, and refuses.
#include "engine/benchmark.h"

#include <doctest/doctest.h>

#include <cmath>

#include "base/error.h"
#include "engine/traffic.h"
#include "support/temp_file.h"
#include "support/tiny_model.h"

namespace q3l {

namespace {

using testing::tiny_model;
using testing::TinyModel;

// Of the default shape: two layers of width 160, heads 4 and 2 of 40, feed-forward 224, 270 tokens.
constexpr double kQ8 = 34.0 / 32.0;
constexpr double kAttention = 2 * 160 * 160 + 2 * 80 * 160, kDense = 3 * 224 * 160;
constexpr double kHead = 270 * 160;
constexpr double kNorms = 4 * (160 + 2 * (160 + 160 + 40 + 40));

double weight_bytes(const TinyModel& shape, int n_sequences) {
  const testing::TempFile file(tiny_model(shape).bytes());
  const gguf::Reader reader(file.path());
  return weight_bytes_a_step(reader, read_config(reader), n_sequences);
}

BenchmarkOptions small() {
  return {.n_prompt = 9, .n_gen = 4, .repeat = 3, .engine = {.n_threads = 1}};
}

}  // namespace

TEST_CASE("a step reads every matrix once, and the embedding only as a head") {
  const double dense = kQ8 * (2 * (kAttention + kDense) + kHead) + kNorms;
  for (bool tied : {false, true}) {
    for (int n_sequences : {1, 5}) {
      CHECK(weight_bytes({.format = "Q8_0", .tied = tied}, n_sequences) == dense);
    }
  }
}

TEST_CASE("a step reads the experts in use") {
  const TinyModel shape{
      .architecture = "qwen3moe", .format = "Q8_0", .n_expert = 8, .n_expert_used = 2};
  const double experts = 8 * 3 * 96 * 160, router = 8 * 160;
  const double others = kQ8 * (2 * kAttention + kDense + router + kHead) + kNorms;
  CHECK(weight_bytes(shape, 1) == doctest::Approx(others + kQ8 * experts * 2 / 8));
  // Of each expert a share of 1 - (6/8)^3 is chosen by any of three sequences.
  CHECK(weight_bytes(shape, 3) == doctest::Approx(others + kQ8 * experts * (1 - 27.0 / 64)));
}

TEST_CASE("a benchmark has a sample a repetition, and its rates agree with its bytes") {
  const testing::TempFile file(tiny_model({.format = "Q8_0"}).bytes());
  struct Setting {
    int depth, batch, shared;
  };
  for (auto [depth, batch, shared] :
       {Setting{0, 1, 0}, {70, 1, 0}, {0, 3, 0}, {70, 3, 0}, {0, 3, 70}, {0, 1, 64}}) {
    CAPTURE(depth);
    CAPTURE(batch);
    CAPTURE(shared);
    BenchmarkOptions options = small();
    options.depth = depth;
    options.batch = batch;
    options.shared_prefix = shared;
    std::vector<int> told;
    const Benchmark result =
        run_benchmark(file.path(), options, {.progress = [&](int done, int total) {
                        told.push_back(done);
                        CHECK(total == 7);
                      }});
    CHECK(told == std::vector{1, 2, 3, 4, 5, 6, 7});
    CHECK(result.n_threads == 1);
    for (const Quantity& q : quantities()) {
      const std::vector<double>& values = (result.*q.samples).values;
      CAPTURE(q.name);
      const std::string name = q.name;
      if (name == "cold_start_ms" && values.empty()) continue;
      size_t n_expected = name == "rss_mb" ? 1 : 3;
      if (name == "single_decode_tok_s" || name == "batch_speedup") n_expected *= batch > 1;
      if (name.starts_with("shared")) n_expected *= shared > 0;
      CHECK(values.size() == n_expected);
      for (double value : values) CHECK((std::isfinite(value) && value > 0));
    }
    // Four steps, after one position at least, over keys and values in halves of 2 layers x 2
    // heads.
    const double own = (shared > 0 ? 16 : std::max(depth, 1)) + (1 + 2 + 3 + 4) / 4.0;
    CHECK(result.cache_bytes == (shared + batch * own) * 2 * 2 * 2 * 40 * 2);
    CHECK(result.weight_bytes == weight_bytes({.format = "Q8_0"}, batch));
    for (size_t i = 0; i < 3; ++i) {
      const double steps_s = result.decode_tok_s.values[i] / batch;
      const double gb_s = steps_s * (result.weight_bytes + result.cache_bytes) / 1e9;
      CHECK(result.decode_gb_s.values[i] == doctest::Approx(gb_s));
      CHECK(result.decode_bandwidth_share.values[i] ==
            doctest::Approx(gb_s / result.read_gb_s.values[i]));
      if (batch > 1) {
        CHECK(result.batch_speedup.values[i] ==
              doctest::Approx(steps_s * batch / result.single_decode_tok_s.values[i]));
      }
      CHECK(result.ttft_ms.values[i] >= 1e3 * 9 / result.prefill_tok_s.values[i]);
    }
  }
}

TEST_CASE("medians") {
  CHECK(Samples{{3, 1, 2}}.median() == 2);
  CHECK(Samples{{4, 1, 2, 3}}.median() == 2.5);
  CHECK(Samples{{4, 1, 2, 3}}.min() == 1);
  CHECK(Samples{{4, 1, 2, 3}}.max() == 4);
}

TEST_CASE("options out of range are refused by name, and an exception ends a benchmark") {
  const testing::TempFile file(tiny_model({}).bytes());
  auto refused = [&](auto change, const char* sentence) {
    BenchmarkOptions options = small();
    change(options);
    CHECK_THROWS_WITH_AS(run_benchmark(file.path(), options), sentence, InvalidArgumentError);
  };
  refused([](BenchmarkOptions& o) { o.n_prompt = 0; },
          "n_prompt must be between 1 and 1048576, not 0");
  refused([](BenchmarkOptions& o) { o.n_gen = 0; }, "n_gen must be between 1 and 1048576, not 0");
  refused([](BenchmarkOptions& o) { o.depth = -1; }, "depth must be between 0 and 1048576, not -1");
  refused([](BenchmarkOptions& o) { o.batch = 0; }, "batch must be between 1 and 1024, not 0");
  refused([](BenchmarkOptions& o) { o.shared_prefix = -1; },
          "shared_prefix must be between 0 and 1048576, not -1");
  refused([](BenchmarkOptions& o) { o.depth = o.shared_prefix = 1; },
          "depth and shared_prefix are two ways to say what is in the cache; give one of them");
  refused([](BenchmarkOptions& o) { o.repeat = 0; }, "repeat must be between 1 and 10000, not 0");
  CHECK_THROWS_AS(run_benchmark("/nonexistent.gguf", small()), FileError);
  CHECK_THROWS_AS(run_benchmark(file.path(), small(), {.poll = [] { throw 1; }}), int);
  CHECK_THROWS_AS(run_benchmark(file.path(), small(), {.progress = [](int, int) { throw 1; }}),
                  int);
}

}  // namespace q3l
