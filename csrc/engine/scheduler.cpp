#include "engine/scheduler.h"

#include <algorithm>
#include <chrono>
#include <iterator>

#include "base/error.h"

namespace q3l {

namespace {

constexpr double kPromptSeconds = 0.08;    // that a prompt adds to a step in which tokens wait
constexpr int kLeastChunk = 16;            // tokens: fewer cost as much
constexpr int kFirstChunk = 32;            // beside others, before any was measured
constexpr int kFairShare = 32;             // of a step that a prompt gets while there are any left
constexpr int kMostRows = kMostDraft + 1;  // of a step that has drafts: others wait for them
constexpr std::chrono::milliseconds kPatience{1};

bool goes_before(const Job& a, const Job& b) {
  return a.priority() != b.priority() ? a.priority() > b.priority() : a.number < b.number;
}

// The tokens that a sequence has computed or will compute as a prompt before any others.
std::span<const int32_t> beginning(const Sequence& s) {
  const bool is_prompt = s.segments.front().role == Role::prompt;
  return {s.tokens.data(), static_cast<size_t>(is_prompt ? s.segments.front().end : 0)};
}

// Of those, the pages that are whole, and when all is done the rest.
std::span<const int32_t> computed_beginning(const Sequence& s) {
  const auto all = beginning(s);
  const auto n = static_cast<size_t>(s.n_computed);
  return n < all.size() ? all.first(n / kPagePositions * kPagePositions) : all;
}

bool is_in_prompt(const Job& job) {
  return job.sequence().next().role == Role::prompt;
}

// Of a job in the queue: there is something to do about it.
bool waits(const std::shared_ptr<Job>& job) {
  return job->is_cancelled() || !job->is_paused();
}

}  // namespace

Scheduler::Scheduler(Executor& executor, const EngineOptions& options, DraftModel* draft_model)
    : executor_(executor),
      draft_model_(draft_model),
      max_batch_(options.max_batch),
      max_queue_(options.max_queue),
      prefixes_(executor.cache()),
      mixed_chunk_(kFirstChunk) {
  statistics_.max_pages = executor.cache().max_pages();
  // Timing decides when a sequence alone has its widest step: nothing is allocated then.
  const auto n_rows = 1 + static_cast<size_t>(executor.max_draft());
  logits_.reserve(n_rows * static_cast<size_t>(executor.n_vocab()));
  thread_ = std::thread([this] { work(); });
}

Scheduler::~Scheduler() {
  {
    std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Scheduler::submit(std::shared_ptr<Job> job) {
  const int max_pages = executor_.cache().max_pages();
  const int most = pages_for(job->most_positions()) + 1;  // one may be a copy of a shared page
  if (most > max_pages) {
    throw ContextOverflowError("the prompt and max_tokens need " + std::to_string(most) +
                               " pages of 64 tokens but the cache holds " +
                               std::to_string(max_pages) +
                               "; shorten the prompt, lower max_tokens or raise kv_bytes");
  }
  {
    std::lock_guard lock(mutex_);
    if (static_cast<int>(queue_.size()) >= max_queue_) {
      throw OverloadedError(std::to_string(max_queue_) +
                            " requests are waiting already; try again later");
    }
    job->number = n_submitted_++;
    job->on_change([this] {
      std::unique_lock(mutex_).unlock();  // what changed is seen before or after a wait begins
      wake_.notify_all();
    });
    queue_.push_back(std::move(job));
  }
  wake_.notify_all();
}

Scheduler::Statistics Scheduler::statistics() const {
  std::lock_guard lock(mutex_);
  Statistics s = statistics_;
  s.n_queued = static_cast<int>(queue_.size());
  s.n_pages = executor_.cache().n_held();
  return s;
}

void Scheduler::work() {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] {
        return is_stopping_ || !active_.empty() || std::ranges::any_of(queue_, waits);
      });
      if (is_stopping_) break;
    }
    admit();
    retire();  // those that were cancelled
    stretch();
    plan();
    make_room();
    if (!planned_.empty()) try_step();
    retire();
  }
  {
    std::lock_guard lock(mutex_);
    std::ranges::move(active_, std::back_inserter(ended_));
    std::ranges::move(queue_, std::back_inserter(ended_));
    active_.clear();
    queue_.clear();
  }
  for (const auto& job : ended_) job->cancel_now();
  release_ended();
}

void Scheduler::retire() {
  {
    std::lock_guard lock(mutex_);
    for (std::shared_ptr<Job>& job : active_) {
      if (!job->is_finished() && job->is_cancelled()) job->cancel_now();
      if (job->is_finished()) {
        ended_.push_back(std::move(job));
      } else if (job->is_paused()) {
        job->step_aside();
        queue_.push_back(std::move(job));  // with its pages
      }
    }
    std::erase(active_, nullptr);
    statistics_.n_active = static_cast<int>(active_.size());
  }
  release_ended();
}

// Without a lock: what a job lets go of may wait for anything. Who learns of a job's end finds it
// counted.
void Scheduler::release_ended() {
  for (const auto& job : ended_) job->release();
  ended_.clear();
}

void Scheduler::admit() {
  std::lock_guard lock(mutex_);
  for (std::shared_ptr<Job>& job : queue_) {
    if (!job->is_cancelled()) continue;
    job->cancel_now();
    ended_.push_back(std::move(job));
  }
  std::erase(queue_, nullptr);
  while (static_cast<int>(active_.size()) < max_batch_) {
    const auto first = std::ranges::min_element(queue_, [](const auto& a, const auto& b) {
      return a->is_paused() != b->is_paused() ? b->is_paused() : goes_before(*a, *b);
    });
    if (first == queue_.end() || (*first)->is_paused()) break;
    if (!admit(**first)) break;
    const auto place =
        std::upper_bound(active_.begin(), active_.end(), *first,
                         [](const auto& a, const auto& b) { return goes_before(*a, *b); });
    active_.insert(place, std::move(*first));
    queue_.erase(first);
    ++statistics_.n_active;
  }
}

bool Scheduler::admit(Job& job) {
  Sequence& s = job.sequence();
  const int n_kept = s.n_computed;  // by a session, or before a pause
  if (n_kept == 0) {
    s.experts = executor_.experts();
    s.n_computed = prefixes_.reuse(beginning(s), s.experts, s.kv);
  }
  bool has_room = fits(job);
  while (!has_room && take_pages(&Job::is_paused)) has_room = fits(job);
  if (!has_room) {
    if (n_kept == 0) s.forget();
    return false;
  }
  if (n_kept == 0 || !job.has_begun()) {
    statistics_.n_reused_tokens += static_cast<uint64_t>(s.n_computed);
  }
  job.begin(s.n_computed);
  return true;
}

bool Scheduler::fits(const Job& job) const {
  if (active_.empty()) return true;
  const Sequence& s = job.sequence();
  const int n_spare = executor_.cache().n_available();
  const int n_soon = static_cast<int>(active_.size());  // each may want another one
  return s.kv.n_wanted(s.n_computed, static_cast<int>(s.tokens.size()) + 1) + n_soon <= n_spare;
}

int Scheduler::n_generating() const {
  return static_cast<int>(
      std::ranges::count_if(active_, [](const auto& job) { return !is_in_prompt(*job); }));
}

// Prompt tokens of the next step. While others generate it is what adds kPromptSeconds, and none
// where it is not known any more how long these take without any.
int Scheduler::prompt_budget() const {
  const int n = n_generating();
  if (n == 0) return executor_.prompt_chunk();
  constexpr int kAlike = 4;  // a quarter more or less
  return std::abs(n - decoded_.n) * kAlike > decoded_.n ? 0 : mixed_chunk_;
}

// A step has a price of its own, whatever its prompts' length: their share is found by trying.
void Scheduler::learn(int n_generating, int n_prompt, int n_rows, double seconds) {
  if (n_prompt == 0) {
    step_time_.add(n_rows, seconds);
    if (n_rows == n_generating) decoded_ = {n_generating, seconds};
  }
  if (n_prompt == 0 || n_generating == 0) return;
  const double added = std::max(seconds - decoded_.seconds, kPromptSeconds / 4);
  const int wanted = static_cast<int>(n_prompt * kPromptSeconds / added);
  mixed_chunk_ = std::min(std::max(wanted, kLeastChunk), executor_.prompt_chunk());
}

void Scheduler::stretch() {
  for (const auto& job : active_) {
    Sequence& s = job->sequence();
    executor_.make_fit(s, static_cast<int>(s.tokens.size()));
  }
}

void Scheduler::plan() {
  planned_.clear();
  int budget = prompt_budget();
  auto n_prompts = std::count_if(active_.begin(), active_.end(),
                                 [](const auto& job) { return is_in_prompt(*job); });
  for (const auto& job : active_) {
    const Sequence& s = job->sequence();
    int most = executor_.prompt_chunk();
    if (is_in_prompt(*job)) {
      const int fair = budget / static_cast<int>(std::max<std::ptrdiff_t>(1, n_prompts--));
      most = std::min(budget, std::max(kFairShare, fair));
      if (most == 0) continue;
    }
    planned_.push_back({job.get(), executor_.next_end(s, most)});
    if (is_in_prompt(*job)) budget -= planned_.back().end - s.n_computed;
  }
  draft();
}

// While prompts wait, steps are for them.
void Scheduler::draft() {
  const bool may_draft = n_generating() == static_cast<int>(active_.size());
  int n_rows = static_cast<int>(planned_.size());
  for (const auto& [job, end] : planned_) {
    const Sequence& s = job->sequence();
    const bool is_next = end == static_cast<int>(s.tokens.size()) && end - s.n_computed == 1;
    const int n_fit = executor_.most_positions(s) - static_cast<int>(s.tokens.size());
    const int most = std::max(0, std::min({executor_.max_draft(), n_fit, kMostRows - n_rows}));
    auto worthwhile = [&](int n, double rate, double seconds) {
      return worthwhile_guesses(n, rate, n_rows, step_time_, seconds);
    };
    job->guess(may_draft && is_next ? most : 0);
    job->draft(worthwhile(job->n_guessed(), job->guess_rate(), 0));
    // Others do not wait for a second model.
    if (draft_model_ && may_draft && is_next && active_.size() == 1 && job->n_guessed() == 0) {
      const int n = worthwhile(most, job->model_rate(), draft_model_->seconds_a_guess());
      if (n > 0) job->guess_by(*draft_model_, n);
    }
    n_rows += static_cast<int>(job->draft().size());
  }
}

void Scheduler::make_room() {
  auto wanted = [&] {
    int n = 0;
    for (const auto& [job, end] : planned_) {
      const int n_drafted = static_cast<int>(job->draft().size());
      n += job->sequence().kv.n_wanted(job->sequence().n_computed, end + n_drafted);
    }
    return n;
  };
  while (wanted() > executor_.cache().n_available() && preempt()) {
  }
}

// Takes the pages of the last in order that has any but the first: those that are paused, then
// others that wait, then those under way. Tokens are kept; what the cache held of them is computed
// again.
bool Scheduler::preempt() {
  std::lock_guard lock(mutex_);
  if (take_pages(&Job::is_paused)) return true;
  if (take_pages([](const Job&) { return true; })) return true;  // a session's
  if (active_.size() < 2) return false;
  Job& job = *active_.back();
  job.sequence().forget();
  job.step_aside();
  std::erase_if(planned_, [&](const Planned& p) { return p.job == &job; });
  queue_.push_back(std::move(active_.back()));
  active_.pop_back();
  --statistics_.n_active;
  ++statistics_.n_preempted;
  return true;
}

bool Scheduler::take_pages(const std::function<bool(const Job&)>& may_lose) {
  Job* last = nullptr;
  for (const auto& job : queue_) {
    if (job->sequence().kv.n_pages() == 0 || !may_lose(*job)) continue;
    if (!last || goes_before(*last, *job)) last = job.get();
  }
  if (!last) return false;
  last->sequence().forget();
  statistics_.n_preempted += last->has_begun();
  return true;
}

void Scheduler::step() {
  parts_.clear();
  int n_prompt = 0, n_rows = 0;
  size_t n_logit_rows = 0;
  for (const auto& [job, end] : planned_) {
    Sequence& s = job->sequence();
    parts_.push_back({&s, end, job->draft()});
    const int n_drafted = static_cast<int>(job->draft().size());
    (is_in_prompt(*job) ? n_prompt : n_rows) += end - s.n_computed + n_drafted;
    n_logit_rows += static_cast<size_t>(1 + n_drafted);
  }
  const int n_others = n_generating();  // than prompts
  const size_t n_logits = n_logit_rows * static_cast<size_t>(executor_.n_vocab());
  if (logits_.size() < n_logits) logits_.resize(n_logits);
  const auto start = std::chrono::steady_clock::now();
  executor_.step(parts_, logits_.data());
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  learn(n_others, n_prompt, n_rows, elapsed.count());
  const int n_taken = take_tokens();
  std::lock_guard lock(mutex_);
  ++statistics_.n_steps;
  statistics_.n_prompt_tokens += static_cast<uint64_t>(n_prompt);
  statistics_.n_rows += static_cast<uint64_t>(n_taken);
}

void Scheduler::try_step() {
  try {
    step();
  } catch (const OverloadedError&) {  // others than jobs took what there was room for
    if (!preempt()) std::this_thread::sleep_for(kPatience);  // they give it back before long
  } catch (...) {
    for (const auto& job : active_) job->fail(std::current_exception());
  }
}

// One of each row of a sequence, as long as they are those that were guessed.
int Scheduler::take_tokens() {
  sampled_.clear();
  for (const auto& [job, end] : planned_) {
    Sequence& s = job->sequence();
    const bool is_shared = s.experts != kSeveralExperts && !s.is_from_file;
    if (!job->has_begun_text() && is_shared) {
      prefixes_.insert(computed_beginning(s), s.experts, s.kv);
    }
    if (s.logits) sampled_.push_back(job);
  }
  int n_taken = 0;
  while (!sampled_.empty()) {
    for (Job* job : sampled_) job->restrict();
    auto sample = [&](int i) { sampled_[static_cast<size_t>(i)]->sample(); };
    executor_.in_parallel(static_cast<int>(sampled_.size()), sample);
    for (Job* job : sampled_) job->accept();
    n_taken += static_cast<int>(sampled_.size());
    std::erase_if(sampled_, [](Job* job) { return !job->follows_draft(); });
  }
  return n_taken;
}

}  // namespace q3l
