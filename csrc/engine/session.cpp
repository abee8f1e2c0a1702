#include "engine/session.h"

#include <algorithm>

#include "base/error.h"
#include "engine/session_file.h"

namespace q3l {

namespace {

// Makes `prompt` what the sequence computes next: what it has in common with what is known keeps
// its roles and, as far as it is computed, its keys and values.
void continue_with(Sequence& s, Sequence prompt) {
  const auto end = s.tokens.begin() + s.n_prompt();
  const auto differ = std::mismatch(s.tokens.begin(), end, prompt.tokens.begin(),
                                    prompt.tokens.end() - 1);  // the last one's logits are wanted
  const int n_common = static_cast<int>(differ.first - s.tokens.begin());
  s.n_computed = std::min(s.n_computed, n_common);
  s.kv.truncate(s.n_computed);
  if (s.n_computed == 0 || s.kv.stretch() < prompt.kv.stretch()) {
    s.forget();
    s.kv.set_stretch(prompt.kv.stretch());
  }
  std::erase_if(s.segments, [&, begin = 0](const Segment& segment) mutable {
    return std::exchange(begin, segment.end) >= n_common;
  });
  if (!s.segments.empty()) s.segments.back().end = std::min(s.segments.back().end, n_common);
  s.segments.push_back({prompt.n_prompt(), Role::prompt});
  s.tokens = std::move(prompt.tokens);
}

}  // namespace

Session::Session(Engine& engine)
    : Session(engine, Sequence{KvSequence(engine.executor().cache()), {}, {}}) {}

Session::Session(Engine& engine, const std::string& path)
    : Session(engine, read_session(path, engine)) {}

Session::Session(Engine& engine, Sequence sequence)
    : engine_(engine), kept_(engine.idle_sequences().keep(std::move(sequence))) {}

Generation Session::generate(const Request& request) {
  Sequence prompt = open_sequence(engine_, request);
  auto keep = [kept = kept_, &idle = engine_.idle_sequences()](Sequence&& sequence) {
    idle.put_back(kept, std::move(sequence));
  };
  std::shared_ptr<Job> job;
  {
    const auto lock = lock_idle();
    continue_with(*kept_->sequence, std::move(prompt));
    job = std::make_shared<Job>(engine_.executor(), engine_.tokenizer(), request,
                                std::move(*kept_->sequence), keep);
    kept_->sequence.reset();
    job->sequence().kv.wake();
    last_ = job;
  }
  return Generation(engine_, std::move(job));
}

std::unique_lock<std::mutex> Session::lock_ended() const {
  std::unique_lock lock(kept_->mutex);
  const auto job = last_.lock();
  if (job && job->is_cancelled()) {
    kept_->is_back.wait(lock, [&] { return kept_->sequence != nullptr; });
  }
  return lock;
}

std::unique_lock<std::mutex> Session::lock_idle() const {
  auto lock = lock_ended();
  if (!kept_->sequence) {
    throw OverloadedError(
        "the session has a request under way; wait for it, cancel it or fork before");
  }
  return lock;
}

// Whoever makes room locks all idle sequences first, then one; so nothing is done under the lock of
// one but to take hold of its pages.
Sequence Session::copy() const {
  const auto lock = lock_idle();
  const Sequence& s = *kept_->sequence;
  Sequence copy = {KvSequence(engine_.executor().cache()), s.tokens, s.segments, s.n_computed,
                   s.experts};
  copy.is_from_file = s.is_from_file;
  copy.kv.set_stretch(s.kv.stretch());
  for (int i = 0; i < s.kv.n_pages(); ++i) copy.kv.share(s.kv.page_of(i * kPagePositions));
  return copy;
}

Session Session::fork() const {
  return Session(engine_, copy());
}

void Session::save(const std::string& path) const {
  write_session(path, copy(), engine_);
}

int Session::n_computed() const {
  const auto lock = lock_ended();
  return kept_->sequence ? kept_->sequence->n_computed : 0;
}

}  // namespace q3l
