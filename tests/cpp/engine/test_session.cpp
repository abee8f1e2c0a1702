// A session's answers are those of its tokens computed in the same roles, whatever was kept,
// dropped, forked or read back meanwhile.
#include "engine/session.h"

#include <doctest/doctest.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "support/tiny_engine.h"

namespace q3l {

namespace {

using testing::endless;
using testing::random_ids;
using testing::TinyEngine;

const EngineOptions kOptions{.n_threads = 2, .n_ctx = 600};

std::vector<int32_t> joined(std::vector<int32_t> a, const std::vector<int32_t>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

struct Answer {
  std::vector<int32_t> tokens;
  int n_reused;
};

Answer answer(Session& session, const std::vector<int32_t>& prompt, SamplerParams sampling = {}) {
  Generation generation =
      session.generate({.prompt = prompt, .max_tokens = 20, .sampling = std::move(sampling)});
  while (generation.next()) {
  }
  return {generation.tokens(), generation.timings().n_reused};
}

constexpr int kTurns = 4;

// The answers of a conversation whose turns add to what was said before.
std::vector<std::vector<int32_t>> talk(Session& session, const std::function<void(int)>& between) {
  std::vector<std::vector<int32_t>> answers;
  std::vector<int32_t> said;
  for (int turn = 0; turn < kTurns; ++turn) {
    said = joined(said, random_ids(25 + 40 * turn, turn));
    answers.push_back(answer(session, said).tokens);
    said = joined(said, answers.back());
    between(turn);
  }
  return answers;
}

}  // namespace

TEST_CASE("only what is new is computed, from the token where it differs") {
  TinyEngine tiny(kOptions);
  Session session(tiny.engine);
  const auto first = random_ids(100, 1);
  const Answer one = answer(session, first, endless(tiny.engine));
  CHECK(one.n_reused == 0);
  REQUIRE(one.tokens.size() == 20);
  const auto said = joined(first, one.tokens);
  REQUIRE(said.size() > first.size());
  const Answer two = answer(session, joined(said, random_ids(10, 2)));
  // The last token need not have been computed.
  CHECK(two.n_reused >= static_cast<int>(said.size()) - 1);
  auto edited = said;
  edited[90] = (edited[90] + 1) % 250;
  CHECK(answer(session, edited).n_reused == 90);
  CHECK(answer(session, random_ids(30, 9)).n_reused == 0);
}

TEST_CASE("answers stay the same when memory is taken away or the session is read back") {
  TinyEngine tiny(kOptions);
  Session calm(tiny.engine);
  const auto expected = talk(calm, [](int) {});

  Session dropped(tiny.engine);
  CHECK(talk(dropped, [&](int turn) {
          if (turn == 1) CHECK(dropped.n_computed() > 0);
          while (turn == 1 && tiny.engine.idle_sequences().give_up()) {
          }
          if (turn == 1) CHECK(dropped.n_computed() == 0);
        }) == expected);

  const testing::TempFile saved("");
  auto session = std::make_unique<Session>(tiny.engine);
  std::vector<std::vector<int32_t>> answers;
  std::vector<int32_t> said;
  for (int turn = 0; turn < kTurns; ++turn) {
    said = joined(said, random_ids(25 + 40 * turn, turn));
    answers.push_back(answer(*session, said).tokens);
    said = joined(said, answers.back());
    session->save(saved.path());
    const int n = session->n_computed();
    session = std::make_unique<Session>(tiny.engine, saved.path());
    CHECK(session->n_computed() == n);
  }
  CHECK(answers == expected);
}

TEST_CASE("what a file holds is its session's alone") {
  const testing::TempFile saved("");
  const std::vector<int32_t> said = random_ids(200, 3);
  {
    TinyEngine tiny(kOptions);
    Session session(tiny.engine);
    answer(session, said);
    session.save(saved.path());
  }
  TinyEngine tiny(kOptions);
  Session session(tiny.engine, saved.path());
  CHECK(answer(session, joined(said, random_ids(9, 4))).n_reused > 190);
  Session fork = session.fork();
  answer(fork, joined(said, random_ids(70, 5)));
  Session other(tiny.engine);
  CHECK(answer(other, said).n_reused == 0);
  CHECK(answer(other, random_ids(3, 6)).n_reused == 0);
  Session third(tiny.engine);  // what the other computed is everybody's
  CHECK(answer(third, said).n_reused > 100);
}

TEST_CASE("a session that waits gives its pages to who is under way") {
  TinyEngine calm(kOptions);
  const uint64_t page = calm.engine.executor().cache().page_bytes();
  TinyEngine tiny({.n_threads = 1, .n_ctx = 600, .kv_bytes = 9 * page, .max_batch = 1});
  Session session(tiny.engine), expected(calm.engine);
  const auto said = random_ids(250, 1), more = joined(said, random_ids(20, 2));
  answer(session, said);
  answer(expected, said);
  const Request long_one{.prompt = random_ids(60, 3), .max_tokens = 400};
  Generation running(tiny.engine, long_one), alone(calm.engine, long_one);
  running.next();
  Generation waiting = session.generate({.prompt = more, .max_tokens = 20});
  for (Generation* g : {&running, &alone, &waiting}) {
    while (g->next()) {
    }
  }
  CHECK(running.tokens() == alone.tokens());
  CHECK(waiting.tokens() == answer(expected, more).tokens);
}

TEST_CASE("two continuations of a fork do not disturb each other") {
  TinyEngine tiny(kOptions);
  Session parent(tiny.engine);
  const auto said = random_ids(90, 3);
  answer(parent, said);
  Session child = parent.fork(), other = parent.fork();
  const auto a = answer(child, joined(said, random_ids(40, 4)));
  const auto b = answer(parent, joined(said, random_ids(40, 5)));
  CHECK(a.n_reused == 90);
  CHECK(b.n_reused == 90);
  CHECK(answer(other, joined(said, random_ids(40, 4))).tokens == a.tokens);
  TinyEngine fresh(kOptions);
  Session alone(fresh.engine);
  answer(alone, said);
  CHECK(answer(alone, joined(said, random_ids(40, 5))).tokens == b.tokens);
}

TEST_CASE("a busy session and files that are none are refused") {
  TinyEngine tiny(kOptions);
  Session session(tiny.engine);
  {
    Generation running = session.generate({.prompt = random_ids(20, 1), .max_tokens = 500});
    CHECK_THROWS_AS(session.generate({.prompt = random_ids(5, 1)}), OverloadedError);
    CHECK_THROWS_AS(session.fork(), OverloadedError);
  }
  const int n_forked = session.fork().n_computed();  // once the cancelled one has ended
  CHECK(n_forked == session.n_computed());
  CHECK_THROWS_AS(session.generate({.prompt = {}}), InvalidArgumentError);
  CHECK_THROWS_AS(Session(tiny.engine, tiny.file.path()), ModelFormatError);
  CHECK_THROWS_AS(Session(tiny.engine, "/nowhere/session"), FileError);
  CHECK_THROWS_AS(session.save("/nowhere/session"), FileError);
  CHECK_THROWS_AS(session.save(std::filesystem::temp_directory_path().string()), FileError);
}

TEST_CASE("a file of another model or cache is refused") {
  const std::string model = testing::tiny_model({.format = "Q8_0"}).bytes();
  std::string scaled = model;  // the same weights, other positions
  const std::string key = "rope.freq_base";
  const float base = 20000;
  std::memcpy(scaled.data() + scaled.find(key) + key.size() + sizeof(int32_t), &base, sizeof base);
  const testing::TempFile file(model), other_base(scaled), saved(""),
      other_weights(testing::tiny_model({.format = "Q8_0"}, 2).bytes());
  const EngineOptions halves{.n_threads = 1, .n_ctx = 600},
      floats{.n_threads = 1, .n_ctx = 600, .kv_type = KvType::f32};
  Engine engine(file.path(), halves), short_one(file.path(), {.n_threads = 1, .n_ctx = 50});
  Session session(engine);
  answer(session, random_ids(90, 1));
  session.save(saved.path());
  Engine same(file.path(), halves);
  CHECK(Session(same, saved.path()).n_computed() == session.n_computed());
  for (const auto& [path, options] : {std::pair(file.path(), floats),
                                      {other_base.path(), halves},
                                      {other_weights.path(), halves}}) {
    Engine other(path, options);
    CHECK_THROWS_AS(Session(other, saved.path()), ModelFormatError);
  }
  CHECK_THROWS_AS(Session(short_one, saved.path()), ModelFormatError);
}

TEST_CASE("a file that is damaged anywhere is refused") {
  TinyEngine tiny(kOptions);
  Session session(tiny.engine);
  answer(session, random_ids(90, 1));
  const testing::TempFile saved("");
  session.save(saved.path());
  std::ifstream in(saved.path(), std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), {});
  const int n_held = tiny.engine.executor().cache().n_held();
  std::vector<size_t> places = {bytes.size() - 1, bytes.size() / 2};
  for (size_t i = 0; i < 500; i += 3) places.push_back(i);
  testing::TempFile damaged("");
  for (size_t place : places) {
    CAPTURE(place);
    std::string changed = bytes;
    changed[place] = static_cast<char>(changed[place] ^ 0x10);
    damaged.write(changed);
    CHECK_THROWS_AS(Session(tiny.engine, damaged.path()), ModelFormatError);
    damaged.write(bytes.substr(0, place));
    CHECK_THROWS_AS(Session(tiny.engine, damaged.path()), ModelFormatError);
  }
  CHECK(tiny.engine.executor().cache().n_held() == n_held);
}

}  // namespace q3l
