// Expert packs in a running engine: what they do to logits, when they take effect, and that nothing
// of them stays behind.
#include "engine/expert_packs.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <thread>

#include "base/error.h"
#include "engine/session.h"
#include "support/tiny_engine.h"
#include "support/tiny_pack.h"

namespace q3l {

namespace {

using testing::complete;
using testing::endless;
using testing::random_ids;
using testing::TempFile;
using testing::tiny_pack;
using testing::TinyEngine;
using testing::TinyModel;
using testing::TinyPack;

const TinyModel kModel = {.format = "Q8_0"};

struct PackedEngine : TinyEngine {
  explicit PackedEngine(const TinyModel& model = kModel)
      : TinyEngine({.n_threads = 2, .n_ctx = 256}, model), shape(model) {}

  TempFile pack(const TinyPack& p, uint64_t seed = 1) const {
    return TempFile(tiny_pack(p, shape, engine.file(), seed).bytes());
  }
  std::vector<float> logits(Role role = Role::prompt, int n = 40) {
    Sequence s = engine.executor().open(random_ids(n, 3));
    std::vector<float> out(static_cast<size_t>(n * engine.config().n_vocab));
    engine.executor().logits(s, role, n, out.data());
    return out;
  }
  std::vector<int32_t> text(int n = 30, int prompt_seed = 5, int n_prompt = 20) {
    return complete(Generation(engine, {.prompt = random_ids(n_prompt, prompt_seed),
                                        .max_tokens = n,
                                        .sampling = endless(engine)}));
  }

  TinyModel shape;
};

float most_different(const std::vector<float>& a, const std::vector<float>& b) {
  float most = 0;
  for (size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b[i]));
  return most;
}

}  // namespace

TEST_CASE("a pack changes logits while it is plugged in, and leaves nothing behind") {
  for (const TinyPack& shape :
       {TinyPack{}, TinyPack{.n_used = 2}, TinyPack{.mode = PackMode::replace},
        TinyPack{.mode = PackMode::replace, .n_used = 2, .renormalises = true},
        TinyPack{.mode = PackMode::replace, .trunk = true, .n_ff = 224}, TinyPack{.layers = {1}}}) {
    PackedEngine e;
    const TempFile file = e.pack(shape);
    for (Role role : {Role::prompt, Role::generated}) {
      const auto before = e.logits(role);
      const int id = e.engine.experts().load(file.path());
      const auto with = e.logits(role);
      CHECK(most_different(before, with) > 0.01f);
      CHECK(e.logits(role) == with);
      e.engine.experts().unload(id);
      CHECK(e.logits(role) == before);
    }
  }
}

TEST_CASE("a token that takes no expert is computed as without the pack") {
  PackedEngine e;
  const auto before = e.logits();
  const TempFile parallel = e.pack({.router_scale = 0});
  e.engine.experts().load(parallel.path());
  CHECK(e.logits() == before);
}

TEST_CASE("the trunk as the only choice is the model itself") {
  PackedEngine e;
  const TempFile file = e.pack({.mode = PackMode::replace,
                                .trunk = true,
                                .renormalises = true,
                                .n_ff = 224,
                                .router_scale = 0});
  const auto prompt = e.logits(Role::prompt), generated = e.logits(Role::generated);
  e.engine.experts().load(file.path());
  CHECK(most_different(e.logits(Role::prompt), prompt) < 0.02f);
  CHECK(e.logits(Role::generated) == generated);
}

TEST_CASE("parallel packs add up, in any number, beside one that replaces") {
  PackedEngine e;
  const TempFile a = e.pack({}, 1), b = e.pack({}, 2), c = e.pack({.mode = PackMode::replace}, 3),
                 d = e.pack({.mode = PackMode::replace}, 4);
  auto& packs = e.engine.experts();
  const auto none = e.logits();
  const int id_a = packs.load(a.path());
  const auto only_a = e.logits();
  const int id_b = packs.load(b.path());
  const auto both = e.logits();
  CHECK(both != only_a);
  const int id_c = packs.load(c.path());
  CHECK(e.logits() != both);
  CHECK_THROWS_WITH_AS(packs.load(d.path()), doctest::Contains("unload it first"),
                       InvalidArgumentError);
  packs.unload(id_c);
  CHECK(e.logits() == both);
  packs.unload(id_b);
  CHECK(e.logits() == only_a);
  packs.unload(id_a);
  CHECK(e.logits() == none);
  CHECK_THROWS_AS(packs.unload(id_a), InvalidArgumentError);
  CHECK(packs.plugged().empty());
}

TEST_CASE("a model with experts of its own takes parallel packs alone") {
  PackedEngine e({.architecture = "qwen3moe", .format = "Q8_0", .n_expert = 4, .n_expert_used = 2});
  const TempFile parallel = e.pack({}), replacing = e.pack({.mode = PackMode::replace});
  const auto before = e.logits();
  const int id = e.engine.experts().load(parallel.path());
  CHECK(e.logits() != before);
  e.engine.experts().unload(id);
  CHECK(e.logits() == before);
  CHECK_THROWS_WITH_AS(e.engine.experts().load(replacing.path()),
                       doctest::Contains("experts of its own"), UnsupportedModelError);
}

TEST_CASE("more choices than the pack says, and how often each was taken") {
  PackedEngine e;
  const TempFile file = e.pack({.count = 4});
  const int id = e.engine.experts().load(file.path(), 3);
  const int n = 40;
  e.logits(Role::prompt, n);
  const auto all = e.engine.experts().use();
  REQUIRE(all.size() == 2);
  for (const auto& use : all) {
    CHECK(use.pack == id);
    CHECK(std::reduce(use.n_taken.begin(), use.n_taken.end()) == 3 * n);
    CHECK(std::ranges::max(use.n_taken) <= n);
  }
  CHECK_THROWS_AS(e.engine.experts().load(file.path(), 5), InvalidArgumentError);
  CHECK_THROWS_AS(e.engine.experts().load(file.path(), 0), InvalidArgumentError);
}

TEST_CASE("packs that do not suit the model are refused, and the model goes on") {
  PackedEngine e;
  auto& packs = e.engine.experts();
  const auto before = e.logits();
  const TempFile other = e.pack({.base = 1}), outside = e.pack({.layers = {7}}),
                 narrow = e.pack({.mode = PackMode::replace, .trunk = true}), whole = e.pack({}),
                 no_pack(testing::tiny_model(kModel).bytes());
  CHECK_THROWS_WITH_AS(packs.load(other.path()), doctest::Contains("fingerprint"),
                       InvalidArgumentError);
  CHECK_THROWS_WITH_AS(packs.load(outside.path()), doctest::Contains("layer 7"), ModelFormatError);
  CHECK_THROWS_WITH_AS(packs.load(narrow.path()), doctest::Contains("ffn_gate_exps"),
                       ModelFormatError);
  CHECK_THROWS_WITH_AS(packs.load(no_pack.path()), doctest::Contains("no expert pack"),
                       ModelFormatError);
  CHECK_THROWS_AS(packs.load(e.file.path() + ".missing"), FileError);
  const std::string bytes = tiny_pack({}, kModel, e.engine.file()).bytes();
  for (size_t n : {bytes.size() - 1, bytes.size() / 2, size_t{100}}) {
    const TempFile truncated(bytes.substr(0, n));
    CHECK_THROWS_AS(packs.load(truncated.path()), ModelFormatError);
  }
  CHECK(packs.plugged().empty());
  CHECK(e.logits() == before);
  CHECK_NOTHROW(packs.load(whole.path()));
}

TEST_CASE("a prompt finds what was computed with the same packs alone") {
  PackedEngine e;
  const TempFile file = e.pack({});
  auto& packs = e.engine.experts();
  const auto before = e.text();
  const auto reused = [&] { return e.engine.scheduler().statistics().n_reused_tokens; };
  CHECK(reused() == 0);
  const int id = packs.load(file.path());
  const auto with = e.text();
  CHECK(reused() == 0);
  CHECK(with != before);
  CHECK(e.text() == with);
  CHECK(reused() == 19);
  packs.unload(id);
  CHECK(e.text() == before);
  CHECK(reused() == 38);
  packs.load(file.path());  // another id, the same pack
  CHECK(e.text() == with);
  CHECK(reused() == 57);
}

TEST_CASE("sessions go on across a change, and their pages are nobody else's") {
  PackedEngine e;
  const TempFile file = e.pack({});
  Session session(e.engine);
  auto prompt = random_ids(70, 8);
  const auto say = [&](int n) {
    const auto said = complete(
        session.generate({.prompt = prompt, .max_tokens = n, .sampling = endless(e.engine)}));
    prompt.insert(prompt.end(), said.begin(), said.end());
    const auto more = random_ids(5, n);
    prompt.insert(prompt.end(), more.begin(), more.end());
  };
  say(10);
  const int id = e.engine.experts().load(file.path());
  say(11);
  CHECK(session.n_computed() > 80);  // what was there was kept
  e.engine.experts().unload(id);
  say(12);
  // The same tokens, computed without the pack, are what they would be had it never been there.
  PackedEngine fresh;
  const Request request = {.prompt = prompt, .max_tokens = 20, .sampling = endless(e.engine)};
  CHECK(complete(Generation(e.engine, request)) == complete(Generation(fresh.engine, request)));
}

TEST_CASE("a session's file is read with the packs that it was computed with") {
  PackedEngine e;
  const TempFile file = e.pack({});
  const TempFile saved("");
  const int id = e.engine.experts().load(file.path());
  Session session(e.engine);
  complete(session.generate({.prompt = random_ids(70, 8), .max_tokens = 3}));
  session.save(saved.path());
  CHECK(Session(e.engine, saved.path()).n_computed() == session.n_computed());
  e.engine.experts().unload(id);
  CHECK_THROWS_WITH_AS(Session(e.engine, saved.path()), doctest::Contains("other expert packs"),
                       ModelFormatError);
}

TEST_CASE("packs come and go while many texts are generated") {
  PackedEngine e;
  const TempFile a = e.pack({}, 1), b = e.pack({.mode = PackMode::replace}, 2);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int j = 0; j < 4; ++j) CHECK(e.text(25, 10 * i + j).size() == 25);
    });
  }
  for (int i = 0; i < 20; ++i) {
    const int id_a = e.engine.experts().load(a.path());
    const int id_b = e.engine.experts().load(b.path());
    e.engine.experts().unload(id_a);
    e.engine.experts().unload(id_b);
  }
  for (auto& thread : threads) thread.join();
  PackedEngine fresh;
  CHECK(e.text(30, 99) == fresh.text(30, 99));
}

}  // namespace q3l
