#include "engine/memory_plan.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "support/tiny_engine.h"

namespace q3l {

TEST_CASE("a plan counts the file, one sequence's pages, and more work for longer steps") {
  testing::TinyEngine tiny;
  Engine& engine = tiny.engine;
  auto plan = [&](const EngineOptions& options) {
    return plan_memory(engine.file(), engine.config(), options);
  };
  const uint64_t page = engine.executor().cache().page_bytes();
  const MemoryPlan one = plan({.n_threads = 1, .n_ctx = 640});
  CHECK(one.file_bytes == engine.file().file_bytes());
  CHECK(one.cache_bytes == 11 * page);
  CHECK(one.anonymous() == one.cache_bytes + one.work_bytes);
  CHECK(one.total() == one.file_bytes + one.anonymous());
  CHECK(plan({.n_threads = 1, .n_ctx = 6400}).cache_bytes == 101 * page);
  CHECK(plan({.n_threads = 1, .n_ctx = 640, .kv_type = KvType::f32}).cache_bytes ==
        2 * one.cache_bytes);
  CHECK(plan({.n_threads = 4, .n_ctx = 640}).work_bytes > one.work_bytes);
  CHECK(plan({.n_threads = 1, .n_ctx = 640, .prompt_chunk = 32}).work_bytes < one.work_bytes);
}

// 32 values a head, so that the cache may be quantised.
struct Limited {
  testing::TempFile file{
      testing::tiny_model(
          {.format = "Q8_0", .n_layer = 8, .n_embd = 256, .head_dim = 64, .n_ff = 512})
          .bytes()};
  gguf::Reader reader{file.path()};
  Transformer model{reader};

  EngineOptions fit(uint64_t limit, const EngineOptions& options = {.n_threads = 1},
                    Asked asked = {}) {
    return fit_memory(reader, model.config(), options, asked, limit);
  }
  uint64_t anonymous(const EngineOptions& options) {
    return plan_memory(reader, model.config(), options).anonymous();
  }
  // The least limit that does for what was asked, as the error says it.
  uint64_t least(const EngineOptions& options = {.n_threads = 1}, Asked asked = {}) {
    try {
      fit(1, options, asked);
    } catch (const InvalidArgumentError& error) {
      const std::string text = error.what(), before = "the least limit is ";
      return std::stoull(text.substr(text.find(before) + before.size())) << 20;
    }
    return 0;
  }
};

TEST_CASE("options fit a limit, and the cache never takes more than was planned") {
  Limited limited;
  uint64_t before = 0;
  for (uint64_t limit = limited.least(); limit <= uint64_t{256} << 20; limit += 3 << 20) {
    const EngineOptions options = limited.fit(limit);
    CHECK(limited.anonymous(options) <= limit);
    CHECK(options.kv_bytes ==
          plan_memory(limited.reader, limited.model.config(), options).cache_bytes);
    CHECK(limited.anonymous(options) >= before);  // more is used where there is more
    before = limited.anonymous(options);
  }
  const EngineOptions all = limited.fit(uint64_t{1} << 40);
  CHECK(all.n_ctx == EngineOptions{}.n_ctx);
  CHECK(all.kv_type == EngineOptions{}.kv_type);
  CHECK(all.prompt_chunk == EngineOptions{}.prompt_chunk);
}

TEST_CASE("what was asked for stays, and the error's limit does") {
  Limited limited;
  const EngineOptions asked_for{
      .n_threads = 1, .n_ctx = 1000, .kv_type = KvType::f32, .max_draft = 3};
  const Asked all{.n_ctx = true, .kv_type = true, .max_draft = true};
  const uint64_t least = limited.least(asked_for, all);
  CHECK(least > limited.least());
  CHECK_THROWS_AS(limited.fit(least - (2 << 20), asked_for, all), InvalidArgumentError);
  const EngineOptions options = limited.fit(least, asked_for, all);
  CHECK(options.n_ctx == 1000);
  CHECK(options.kv_type == KvType::f32);
  CHECK(options.max_draft == 3);
  CHECK(options.prompt_chunk < asked_for.prompt_chunk);
}

TEST_CASE("rows by expert are planned for, and what is out of range is refused") {
  const auto work = [](int n_expert_used) {
    const testing::TempFile file{testing::tiny_model({.architecture = "qwen3moe",
                                                      .format = "Q8_0",
                                                      .n_expert = 16,
                                                      .n_expert_used = n_expert_used})
                                     .bytes()};
    const gguf::Reader reader(file.path());
    const Config config = Transformer(reader).config();
    return plan_memory(reader, config, {.n_threads = 1, .n_ctx = 1000}).work_bytes;
  };
  // Each expert more of a row is a row of inputs, gate and up more.
  CHECK(work(8) - work(4) > uint64_t{4} * 512 * (160 + 2 * 96) * sizeof(float));
  Limited limited;
  for (const EngineOptions& options :
       {EngineOptions{.n_ctx = kMostContext + 1}, EngineOptions{.max_draft = kMostDraft + 1}}) {
    CHECK_THROWS_AS(limited.anonymous(options), InvalidArgumentError);
  }
}

}  // namespace q3l
