#include "engine/memory_plan.h"

#include <doctest/doctest.h>

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
  CHECK(one.total() == one.file_bytes + one.cache_bytes + one.work_bytes);
  CHECK(plan({.n_threads = 1, .n_ctx = 6400}).cache_bytes == 101 * page);
  CHECK(plan({.n_threads = 1, .n_ctx = 640, .kv_type = KvType::f32}).cache_bytes ==
        2 * one.cache_bytes);
  CHECK(plan({.n_threads = 4, .n_ctx = 640}).work_bytes > one.work_bytes);
  CHECK(plan({.n_threads = 1, .n_ctx = 640, .prompt_chunk = 32}).work_bytes < one.work_bytes);
}

}  // namespace q3l
