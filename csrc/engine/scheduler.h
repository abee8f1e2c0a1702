// Continuous batching: one thread admits requests, computes steps for all that are under way, and
// retires what ends. A prompt joins in chunks so short that nobody's next token waits for long.
// When memory runs out, what came last gives its pages back and is computed again later: its tokens
// are the same, for results depend on nothing but the sequence. What nobody reads pauses: it waits
// in the queue, and keeps its pages until others need them.
#pragma once

#include <memory>
#include <thread>

#include "engine/job.h"
#include "engine/prefix_cache.h"

namespace q3l {

class Scheduler {
 public:
  // REQUIRES: the executor outlives it, and so does the draft model if there is one.
  Scheduler(Executor& executor, const EngineOptions& options, DraftModel* draft_model);
  ~Scheduler();  // cancels what is under way
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // Queues a job. Throws OverloadedError when the queue is full, ContextOverflowError for one that
  // the cache could not hold alone.
  void submit(std::shared_ptr<Job> job);

  struct Statistics {
    uint64_t n_steps = 0, n_rows = 0;  // tokens generated
    uint64_t n_prompt_tokens = 0;      // computed,
    uint64_t n_reused_tokens = 0;      // or found in the prefix cache
    uint64_t n_preempted = 0;          // jobs that gave their pages back
    int n_active = 0, n_queued = 0, n_pages = 0, max_pages = 0;
  };
  Statistics statistics() const;
  // Whether the caller is its thread, which constraints are called by and let go of on.
  bool is_own_thread() const { return std::this_thread::get_id() == thread_.get_id(); }

 private:
  using Jobs = std::vector<std::shared_ptr<Job>>;
  // The job's tokens up to `end` come next, then its draft.
  struct Planned {
    Job* job;
    int end;
  };

  void work();
  void admit();          // moves jobs from the queue as far as memory goes
  bool admit(Job& job);  // false: it has to wait
  bool fits(const Job& job) const;
  void stretch();    // sequences that outgrew what they are stretched for
  void plan();       // what each active job computes next
  void draft();      // guesses that are worth it, of those planned
  void make_room();  // for what is planned
  bool preempt();    // false: there is nobody to take pages from
  // The same of jobs in the queue. REQUIRES: mutex_ is held.
  bool take_pages(const std::function<bool(const Job&)>& may_lose);
  void step();
  void try_step();
  int take_tokens();  // returns how many
  void retire();
  void release_ended();
  int n_generating() const;  // jobs
  int prompt_budget() const;
  void learn(int n_generating, int n_prompt, int n_rows, double seconds);

  Executor& executor_;
  DraftModel* const draft_model_;
  const int max_batch_, max_queue_;
  // The working thread's own, in the order of priority, then of arrival.
  Jobs active_;
  Jobs ended_;
  std::vector<Planned> planned_;
  std::vector<Advance> parts_;  // the same for the executor
  std::vector<Job*> sampled_;   // jobs that have logits of the step to sample from
  std::vector<float> logits_;
  PrefixCache prefixes_;
  struct {
    int n = 0;
    double seconds = 0;
  } decoded_;           // the last step without prompts or drafts: jobs, and how long it took
  int mixed_chunk_;     // prompt tokens of a step in which others generate
  StepTime step_time_;  // without prompts

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  Jobs queue_;
  Statistics statistics_;
  uint64_t n_submitted_ = 0;
  bool is_stopping_ = false;
  std::thread thread_;  // the last member: it uses all others
};

}  // namespace q3l
