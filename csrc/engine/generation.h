// One completion: its caller pulls the text piece by piece while the engine computes ahead.
#pragma once

#include "engine/engine.h"

namespace q3l {

// A sequence that the request's prompt is computed in, of which as much is taken as fits if it
// slides. Throws as Executor::open and Sliding::fit do.
Sequence open_sequence(Engine& engine, const Request& request);

class Generation {
 public:
  // Throws as open_sequence, Sampler and Scheduler::submit do. REQUIRES: the engine outlives it.
  Generation(Engine& engine, const Request& request);
  Generation(Engine& engine, std::shared_ptr<Job> job);
  ~Generation();  // cancels it
  Generation(Generation&&) = default;
  Generation& operator=(Generation&&) = delete;

  // The text that the next token completes (possibly none of it yet), or nothing at the end. Calls
  // `poll`, which may throw, while it waits.
  std::optional<std::string> next(const std::function<void()>& poll = [] {}) {
    return job_->next(poll);
  }
  void cancel() { job_->cancel(); }

  // Generated tokens, the one that ended the turn excepted.
  std::vector<int32_t> tokens() const { return job_->tokens(); }
  // Of each of those, where the request asks for them.
  std::optional<std::vector<TokenLogprobs>> logprobs() const { return job_->logprobs(); }
  FinishReason finish_reason() const { return job_->finish_reason(); }
  Timings timings() const { return job_->timings(); }

 private:
  std::shared_ptr<Job> job_;
};

}  // namespace q3l
