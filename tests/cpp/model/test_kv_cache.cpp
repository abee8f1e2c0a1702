#include "model/kv_cache.h"

#include <doctest/doctest.h>

#include <set>
#include <utility>

namespace q3l {

namespace {

Config small_config() {
  Config c{};
  c.n_layer = 3;
  c.n_head = 4;
  c.n_head_kv = 2;
  c.head_dim = 64;
  return c;
}

}  // namespace

TEST_CASE("a page has room for every layer, head and position, and no two overlap") {
  for (const auto& [type, bytes] :
       {std::pair{KvType::f32, 256}, {KvType::f16, 128}, {KvType::q8_0, 68}, {KvType::q4_0, 36}}) {
    const KvCache cache(small_config(), type);
    CHECK(cache.position_bytes() == static_cast<size_t>(bytes));
    std::set<size_t> starts;
    for (int layer = 0; layer < 3; ++layer) {
      for (int head = 0; head < 2; ++head) {
        starts.insert(cache.key_offset(layer, head));
        starts.insert(cache.value_offset(layer, head));
      }
    }
    REQUIRE(starts.size() == 12);
    size_t expected = 0;
    for (size_t start : starts) {
      CHECK(start == expected);
      expected += kPagePositions * cache.position_bytes();
    }
    for (int layer = 0; layer < 3; ++layer) {
      for (int head = 0; head < 2; ++head) {
        CHECK(cache.centre_offset(layer, head) == expected);
        expected += kv_centre_bytes(type, 64);
      }
    }
    CHECK(kv_centre_bytes(type, 64) == (is_quantised(type) ? 128u : 0u));
    CHECK(cache.page_bytes() == expected);
  }
}

TEST_CASE("a sequence takes the pages that its positions need, and no more") {
  KvCache cache(small_config(), KvType::f16);
  KvSequence sequence(cache);
  sequence.reserve(0, 64);
  uint8_t* first = sequence.page_of(63);
  CHECK(sequence.page_of(0) == first);
  sequence.reserve(0, 10);
  sequence.reserve(0, 65);
  CHECK(sequence.page_of(0) == first);
  CHECK(sequence.page_of(64) != first);
  KvSequence other(cache);
  other.reserve(0, 1);
  CHECK(other.page_of(0) != first);
  CHECK(other.page_of(0) != sequence.page_of(64));
}

TEST_CASE("pages of a finished sequence are used again, each by one sequence") {
  KvCache cache(small_config(), KvType::f32);
  std::set<const uint8_t*> before;
  {
    KvSequence sequence(cache);
    sequence.reserve(0, 3 * kPagePositions);
    const KvSequence moved(std::move(sequence));  // gives its pages back once, not twice
    before.insert(moved.pages(), moved.pages() + 3);
  }
  KvSequence a(cache), b(cache);
  a.reserve(0, 2 * kPagePositions);
  b.reserve(0, kPagePositions);
  std::set<const uint8_t*> after(a.pages(), a.pages() + 2);
  after.insert(b.page_of(0));
  CHECK(after == before);
}

}  // namespace q3l
