#include "engine/job.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace q3l {

namespace {

double seconds(std::chrono::steady_clock::duration d) {
  return std::chrono::duration<double>(d).count();
}

int positions_of(const Request& request, int n_prompt, int n_ctx) {
  if (request.max_tokens < 1) throw InvalidArgumentError("max_tokens must be at least 1");
  return static_cast<int>(std::min<int64_t>(n_ctx, int64_t{n_prompt} + request.max_tokens));
}

}  // namespace

std::optional<Sliding> sliding_of(const Request& request, const Tokenizer& tokenizer, int n_ctx) {
  if (!request.slides) return std::nullopt;
  return Sliding(tokenizer, n_ctx);
}

Job::Job(Executor& executor, const Tokenizer& tokenizer, const Request& request,
         Sequence&& sequence, Keep keep)
    : tokenizer_(tokenizer),
      priority_(request.priority),
      n_vocab_(executor.n_vocab()),
      most_positions_(positions_of(request, sequence.n_prompt(), executor.n_ctx())),
      sliding_(sliding_of(request, tokenizer, executor.n_ctx())),
      n_left_(request.max_tokens),
      sampler_(request.sampling, n_vocab_, request.prompt),
      constraint_(request.constraint),
      stream_(tokenizer, request.stop),
      sequence_(std::move(sequence)),
      keep_(std::move(keep)),
      drafter_(executor.max_draft() > 0 ? most_positions_ : 0) {
  timings_.n_prompt = sequence_.n_prompt();
  const auto most_tokens =
      static_cast<size_t>(most_positions_) - static_cast<size_t>(sequence_.n_prompt()) + 1;
  if (request.sampling.n_logprobs) logprobs_.emplace();
  if (constraint_) mask_.resize(mask_words(n_vocab_));
  guesses_.reserve(static_cast<size_t>(executor.max_draft()));
  pieces_.reserve(std::min(most_tokens, kMostUnread) + 1);
  tokens_.reserve(most_tokens);
}

std::optional<std::string> Job::next(const std::function<void()>& poll) {
  constexpr std::chrono::milliseconds kPollInterval{20};
  poll();
  std::unique_lock lock(mutex_);
  while (true) {
    if (n_taken_ < pieces_.size()) {
      std::string piece = std::move(pieces_[n_taken_++]);
      const bool goes_on = is_paused_ && pieces_.size() - n_taken_ <= kMostUnread / 2;
      if (goes_on) is_paused_ = false;
      lock.unlock();
      if (goes_on) wake_();
      return piece;
    }
    if (is_released_ && error_) std::rethrow_exception(error_);
    if (is_released_) return std::nullopt;
    if (changed_.wait_for(lock, kPollInterval) == std::cv_status::timeout) {
      lock.unlock();
      poll();
      lock.lock();
    }
  }
}

void Job::cancel() {
  if (!is_cancelled_.exchange(true)) wake_();
}

std::vector<int32_t> Job::tokens() const {
  std::lock_guard lock(mutex_);
  return tokens_;
}

std::optional<std::vector<TokenLogprobs>> Job::logprobs() const {
  std::lock_guard lock(mutex_);
  return logprobs_;
}

FinishReason Job::finish_reason() const {
  std::lock_guard lock(mutex_);
  return is_released_ ? reason_ : FinishReason::none;
}

Timings Job::timings() const {
  std::lock_guard lock(mutex_);
  return timings_;
}

void Job::begin(int n_reused) {
  if (has_begun()) return;  // it was preempted, or paused
  begun_ = Clock::now();
  std::lock_guard lock(mutex_);
  timings_.n_reused = n_reused;
  timings_.queue_seconds = seconds(begun_ - queued_);
}

template <class F>
void Job::attempt(F&& f) {
  if (is_finished()) return;
  try {
    f();
  } catch (...) {
    fail(std::current_exception());
  }
}

void Job::guess(int most) {
  const auto found = drafter_.guess(sequence_.tokens, std::min(most, n_guessable()));
  guesses_.assign(found.begin(), found.end());
  n_draft_ = n_right_ = 0;
  is_by_model_ = false;
}

void Job::guess_by(DraftModel& model, int most) {
  attempt([&] {
    if (!model_drafter_) model_drafter_ = std::make_unique<ModelDrafter>(model);
    const auto found = model_drafter_->guess(sequence_.tokens, std::min(most, n_guessable()));
    // It may have padding that this one has not.
    const auto end = std::ranges::find_if(found, [&](int32_t id) { return id >= n_vocab_; });
    guesses_.assign(found.begin(), end);
    is_by_model_ = true;
    draft(n_guessed());
    if (guesses_.empty()) model_record_.add(0, true);  // it was asked for nothing
  });
}

int Job::n_guessable() const {
  const int n_left = most_positions_ - static_cast<int>(sequence_.tokens.size()) - 1;
  return std::max(0, std::min(n_left, n_readable() - 1));
}

int Job::n_readable() const {
  std::lock_guard lock(mutex_);
  return static_cast<int>(kMostUnread - std::min(kMostUnread, pieces_.size() - n_taken_));
}

bool Job::follows_draft() {
  const bool was_guessed = n_right_ < n_guessed();
  const bool is_right = was_guessed && sampled_.id == guesses_[static_cast<size_t>(n_right_)];
  const bool has_logits = is_right && n_right_ < n_draft_ && !is_finished();
  n_right_ += is_right;
  if (has_logits) {
    ++sequence_.n_computed;
    sequence_.logits += n_vocab_;
    return true;
  }
  if (guesses_.empty()) return false;
  (is_by_model_ ? model_record_ : records_[drafter_.is_repeating()])
      .add(n_right_, was_guessed && !is_right);
  std::lock_guard lock(mutex_);
  timings_.n_drafted += n_draft_;
  timings_.n_accepted += std::min(n_right_, n_draft_);
  return false;
}

void Job::restrict() {
  if (!constraint_) return;
  attempt([&] {
    std::ranges::fill(mask_, 0u);
    const size_t n_vocab = static_cast<size_t>(n_vocab_);
    is_restricted_ = constraint_->restrict({sequence_.logits, n_vocab}, mask_);
  });
}

void Job::sample() {
  attempt([&] {
    const std::span<const uint32_t> mask = mask_;
    sampled_ = sampler_.sample({sequence_.logits, static_cast<size_t>(n_vocab_)},
                               is_restricted_ ? mask : mask.first(0));
  });
}

void Job::accept() {
  attempt([&] { accept_sampled(); });
}

void Job::accept_sampled() {
  const bool goes_on = !constraint_ || constraint_->accept(sampled_.id);
  const auto now = Clock::now();
  const bool ends = tokenizer_.is_end(sampled_.id);
  std::string text = ends ? std::string() : stream_.push(sampled_.id);
  const bool stops = ends || stream_.stopped() || !goes_on;
  if (!ends) {
    sequence_.tokens.push_back(sampled_.id);
    --n_left_;
  }
  if (stops || n_left_ == 0 || (is_full() && !sliding_)) {
    text += stream_.finish();
    reason_ = stops ? FinishReason::stop : FinishReason::length;
  } else if (is_full() && sliding_) {
    slide(*sliding_);
  }
  publish(std::move(text), !ends, now);
}

// What is left is a prompt: the same comes of it as of a new request for it.
void Job::slide(const Sliding& sliding) {
  sequence_.forget();
  sequence_.tokens = sliding.fit(sequence_.tokens);
  sequence_.segments = {{static_cast<int>(sequence_.tokens.size()), Role::prompt}};
  sequence_.logits = nullptr;
  drafter_.clear();
  guesses_.clear();
  n_draft_ = 0;
}

void Job::publish(std::string text, bool is_token, Clock::time_point now) {
  std::lock_guard lock(mutex_);
  if (is_token) {
    tokens_.push_back(sampled_.id);
    if (logprobs_) {
      logprobs_->push_back({{sampled_.id, sampled_.logprob},
                            {sampled_.likeliest.begin(), sampled_.likeliest.end()}});
    }
  }
  if (!has_begun_text()) {
    first_token_ = now;
  } else {
    ++timings_.n_decode_steps;
  }
  timings_.n_generated = static_cast<int>(tokens_.size());
  timings_.prompt_seconds = seconds(first_token_ - begun_);
  timings_.decode_seconds = seconds(now - first_token_);
  if (is_token || !text.empty()) {
    if (pieces_.size() == pieces_.capacity()) {  // what was read makes room: nothing is allocated
      pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(n_taken_));
      n_taken_ = 0;
    }
    pieces_.push_back(std::move(text));
  }
  is_paused_ = !is_finished() && pieces_.size() - n_taken_ >= kMostUnread;
  changed_.notify_all();
}

void Job::fail(std::exception_ptr error) {
  reason_ = FinishReason::cancelled;
  error_ = std::move(error);
}

void Job::release() {
  if (keep_) {
    const int n = sequence_.n_computed;
    sequence_.kv.truncate(n);  // guesses that did not come true may have taken a page
    if (n > sequence_.n_prompt()) sequence_.segments.push_back({n, Role::generated});
    keep_(std::move(sequence_));
  } else {
    sequence_.forget();
  }
  constraint_ = nullptr;
  model_drafter_ = nullptr;
  std::lock_guard lock(mutex_);
  is_released_ = true;
  changed_.notify_all();
}

}  // namespace q3l
