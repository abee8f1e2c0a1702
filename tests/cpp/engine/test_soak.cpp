// Many threads on one engine with little memory: requests, sessions, masks and cancellations at
// random. What is read to its end is what it is alone; at last nothing is left.
#include <doctest/doctest.h>

#include <atomic>
#include <random>
#include <thread>

#include "engine/session.h"
#include "support/recorder.h"
#include "support/tiny_engine.h"

namespace q3l {

namespace {

using testing::random_ids;
using testing::TinyEngine;

constexpr int kThreads = 8, kRequests = 50, kKinds = 12;

Request request(int kind) {
  std::vector<int32_t> prompt = random_ids(40 * (kind % 4), 1000 + kind % 3);
  const std::vector<int32_t> own = random_ids(5 + 7 * kind, kind);
  prompt.insert(prompt.end(), own.begin(), own.end());
  Request r{.prompt = prompt, .max_tokens = 4 + 5 * kind, .priority = kind % 3};
  r.sampling.temperature = kind % 2 == 0 ? 0.0f : 0.8f;
  return r;
}

void finish(Generation& generation) {
  while (generation.next()) {
  }
}

// One client; reports what it found wrong.
class Client {
 public:
  Client(Engine& engine, const std::vector<std::vector<int32_t>>& alone, int number)
      : engine_(engine),
        alone_(alone),
        random_(static_cast<uint32_t>(number)),
        session_(std::make_unique<Session>(engine)) {}

  void run() {
    for (int i = 0; i < kRequests; ++i) {
      switch (draw(4)) {
        case 0:
          give_up();
          break;
        case 1:
          talk();
          break;
        default:
          complete();
      }
    }
  }

  int n_wrong = 0, n_complete = 0;

 private:
  int draw(int n) { return static_cast<int>(random_() % static_cast<uint32_t>(n)); }

  void complete() {
    const int kind = draw(kKinds);
    const auto recorder = std::make_shared<testing::Recorder>();
    Request r = request(kind);
    if (draw(2) == 0) r.constraint = recorder;
    Generation generation(engine_, r);
    finish(generation);
    n_wrong += generation.tokens() != alone_[static_cast<size_t>(kind)];
    ++n_complete;
  }

  void give_up() {
    Generation generation(engine_, request(draw(kKinds)));
    for (int i = draw(4); i > 0; --i) generation.next();
  }

  // A turn of a conversation, which begins anew when it is long.
  void talk() {
    if (said_.size() > 150) {
      said_.clear();
      session_ = draw(2) == 0 ? std::make_unique<Session>(engine_)
                              : std::make_unique<Session>(session_->fork());
    } else if (draw(4) == 0) {
      session_->save(saved_.path());
      session_ = std::make_unique<Session>(engine_, saved_.path());
    }
    const auto more = random_ids(10, draw(100));
    said_.insert(said_.end(), more.begin(), more.end());
    Generation generation = session_->generate({.prompt = said_, .max_tokens = 12});
    if (draw(3) == 0) {
      generation.next();
      generation.cancel();
      return;
    }
    finish(generation);
    const auto tokens = generation.tokens();
    said_.insert(said_.end(), tokens.begin(), tokens.end());
  }

  Engine& engine_;
  const std::vector<std::vector<int32_t>>& alone_;
  std::mt19937 random_;
  std::unique_ptr<Session> session_;
  testing::TempFile saved_{""};
  std::vector<int32_t> said_;
};

}  // namespace

TEST_CASE("threads that come and go leave nothing behind") {
  std::vector<std::vector<int32_t>> alone;
  for (int kind = 0; kind < kKinds; ++kind) {
    TinyEngine calm({.n_threads = 1, .n_ctx = 400});
    Generation generation(calm.engine, request(kind));
    finish(generation);
    alone.push_back(generation.tokens());
  }
  const uint64_t page = TinyEngine().engine.executor().cache().page_bytes();
  TinyEngine tiny({.n_threads = 2, .n_ctx = 400, .kv_bytes = 12 * page, .max_batch = 6});
  std::vector<std::unique_ptr<Client>> clients;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    clients.push_back(std::make_unique<Client>(tiny.engine, alone, i));
    threads.emplace_back([client = clients.back().get()] { client->run(); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& client : clients) {
    CHECK(client->n_wrong == 0);
    CHECK(client->n_complete > kRequests / 4);
  }
  clients.clear();
  Generation last(tiny.engine, request(0));
  finish(last);
  CHECK(last.tokens() == alone[0]);
  const auto s = tiny.engine.scheduler().statistics();
  CHECK(s.n_active == 0);
  CHECK(s.n_queued == 0);
  CHECK(s.n_preempted > 0);
  CHECK(s.n_pages <= 12);
  CHECK(tiny.engine.executor().cache().n_available() == 12);  // all are free or idle
}

}  // namespace q3l
