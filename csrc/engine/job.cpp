#include "engine/job.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace q3l {

namespace {

double seconds(std::chrono::steady_clock::duration d) {
  return std::chrono::duration<double>(d).count();
}

int positions_of(const Request& request, int n_ctx) {
  if (request.max_tokens < 1) throw InvalidArgumentError("max_tokens must be at least 1");
  const auto n_prompt = static_cast<int64_t>(request.prompt.size());
  return static_cast<int>(std::min<int64_t>(n_ctx, n_prompt + request.max_tokens));
}

}  // namespace

Job::Job(Executor& executor, const Tokenizer& tokenizer, const Request& request,
         Sequence&& sequence, Keep keep)
    : tokenizer_(tokenizer),
      priority_(request.priority),
      n_vocab_(executor.n_vocab()),
      most_positions_(positions_of(request, executor.n_ctx())),
      sampler_(request.sampling, n_vocab_, request.prompt),
      stream_(tokenizer, request.stop),
      sequence_(std::move(sequence)),
      keep_(std::move(keep)) {
  timings_.n_prompt = sequence_.n_prompt();
  const auto most_tokens =
      static_cast<size_t>(most_positions_) - static_cast<size_t>(sequence_.n_prompt()) + 1;
  if (request.sampling.n_logprobs) logprobs_.emplace();
  pieces_.reserve(most_tokens + 1);
  tokens_.reserve(most_tokens);
}

std::optional<std::string> Job::next(const std::function<void()>& poll) {
  constexpr std::chrono::milliseconds kPollInterval{20};
  poll();
  std::unique_lock lock(mutex_);
  while (true) {
    if (n_taken_ < pieces_.size()) return std::move(pieces_[n_taken_++]);
    if (is_released_ && error_) std::rethrow_exception(error_);
    if (is_released_) return std::nullopt;
    if (changed_.wait_for(lock, kPollInterval) == std::cv_status::timeout) {
      lock.unlock();
      poll();
      lock.lock();
    }
  }
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
  if (begun_ != Clock::time_point{}) return;  // it was preempted
  begun_ = Clock::now();
  std::lock_guard lock(mutex_);
  timings_.n_reused = n_reused;
  timings_.queue_seconds = seconds(begun_ - queued_);
}

void Job::take_token() {
  try {
    accept(sampler_.sample({sequence_.logits, static_cast<size_t>(n_vocab_)}));
  } catch (...) {
    fail(std::current_exception());
  }
}

void Job::accept(const Sampled& token) {
  const auto now = Clock::now();
  const bool is_first = !has_begun_text();
  if (is_first) first_token_ = now;
  const bool ends = tokenizer_.is_end(token.id);
  std::string text = ends ? std::string() : stream_.push(token.id);
  const bool stops = ends || stream_.stopped();
  if (!ends) sequence_.tokens.push_back(token.id);
  if (stops || static_cast<int>(sequence_.tokens.size()) >= most_positions_) {
    text += stream_.finish();
    reason_ = stops ? FinishReason::stop : FinishReason::length;
  }
  std::lock_guard lock(mutex_);
  if (!ends) {
    tokens_.push_back(token.id);
    if (logprobs_) {
      logprobs_->push_back(
          {{token.id, token.logprob}, {token.likeliest.begin(), token.likeliest.end()}});
    }
  }
  timings_.n_generated = static_cast<int>(tokens_.size());
  timings_.n_decode_steps += !is_first;
  timings_.prompt_seconds = seconds(first_token_ - begun_);
  timings_.decode_seconds = seconds(now - first_token_);
  if (!ends || !text.empty()) pieces_.push_back(std::move(text));
  changed_.notify_all();
}

void Job::fail(std::exception_ptr error) {
  reason_ = FinishReason::cancelled;
  error_ = std::move(error);
}

void Job::release() {
  if (keep_) {
    const int n = sequence_.n_computed;
    if (n > sequence_.n_prompt()) sequence_.segments.push_back({n, Role::generated});
    keep_(std::move(sequence_));
  } else {
    sequence_.forget();
  }
  std::lock_guard lock(mutex_);
  is_released_ = true;
  changed_.notify_all();
}

}  // namespace q3l
