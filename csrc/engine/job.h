// A request under way, between the scheduler's thread, which computes it, and whoever wants its
// text.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/draft_model.h"
#include "engine/drafter.h"
#include "engine/executor.h"
#include "engine/sliding.h"
#include "engine/speculation.h"
#include "engine/text_stream.h"
#include "engine/token_constraint.h"
#include "sampler/sampler.h"

namespace q3l {

struct Request {
  std::vector<int32_t> prompt;
  int max_tokens = 256;
  SamplerParams sampling = {};
  std::vector<std::string> stop = {};  // ends the text where one of these would begin
  int priority = 0;                    // higher goes first
  // When the context is full, what came first is left out and the text goes on; else it ends.
  bool slides = false;
  std::shared_ptr<TokenConstraint> constraint = nullptr;  // of this request alone
};

// How the request's text slides, if it does.
std::optional<Sliding> sliding_of(const Request& request, const Tokenizer& tokenizer, int n_ctx);

enum class FinishReason {
  none,       // still under way
  stop,       // the model ended its turn, or a stop string came up
  length,     // max_tokens, or the end of the context
  cancelled,  // nobody wanted it any more
};

// A generated token's log-probability, and the likeliest tokens in its place.
struct TokenLogprobs : TokenLogprob {
  std::vector<TokenLogprob> likeliest;
};

// The first generated token comes with the prompt's last step; every other one takes a decode step,
// and so does the token that ends the turn, which does not count as generated. A step may bring
// several: guesses that came true.
struct Timings {
  int n_prompt = 0, n_reused = 0, n_generated = 0, n_decode_steps = 0;
  int n_drafted = 0, n_accepted = 0;  // guesses that were computed, and that came true
  double queue_seconds = 0, prompt_seconds = 0, decode_seconds = 0;

  double prompt_rate() const {  // of what was computed
    return prompt_seconds > 0 ? (n_prompt - n_reused) / prompt_seconds : 0;
  }
  double decode_rate() const { return decode_seconds > 0 ? n_decode_steps / decode_seconds : 0; }
};

class Job {
 public:
  // Computes a sequence that ends with the request's prompt and hands it to `keep` at the end, if
  // there is one. Throws as Sampler does, and then leaves the sequence where it was.
  using Keep = std::function<void(Sequence&&)>;
  Job(Executor& executor, const Tokenizer& tokenizer, const Request& request, Sequence&& sequence,
      Keep keep = nullptr);

  // Tokens that may wait to be read. Then the job pauses, until half of them have been.
  static constexpr size_t kMostUnread = 256;

  // For whoever wants the text.
  // The next piece, which may be empty, or nothing at the end. Calls `poll`, which may throw, first
  // and now and then while it waits. Throws what went wrong.
  std::optional<std::string> next(const std::function<void()>& poll);
  void cancel();
  std::vector<int32_t> tokens() const;  // generated, the one that ended the turn excepted
  std::optional<std::vector<TokenLogprobs>> logprobs() const;  // of each, where they are wanted
  FinishReason finish_reason() const;
  Timings timings() const;

  // For the scheduler's thread.
  Sequence& sequence() { return sequence_; }
  const Sequence& sequence() const { return sequence_; }
  int priority() const { return priority_; }
  int most_positions() const { return most_positions_; }  // at once
  bool is_cancelled() const { return is_cancelled_; }
  bool is_paused() const { return is_paused_; }
  bool is_finished() const { return reason_ != FinishReason::none; }
  bool has_begun() const { return begun_ != Clock::time_point{}; }
  bool has_begun_text() const { return first_token_ != Clock::time_point{}; }
  // Has `wake` called whenever it is cancelled or goes on after a pause. REQUIRES: once, before
  // others know the job.
  void on_change(std::function<void()> wake) { wake_ = std::move(wake); }
  void begin(int n_reused);  // its first step comes next
  // Guesses at most so many of the next tokens, of which the step takes draft(n). REQUIRES: one
  // token is left to compute.
  void guess(int most);
  int n_guessed() const { return static_cast<int>(guesses_.size()); }
  double guess_rate() const { return records_[drafter_.is_repeating()].rate(); }
  // The same by another model, all of which the step takes.
  void guess_by(DraftModel& model, int most);
  // It waits, for a reader or for room: what a second model keeps for it is given back.
  void step_aside() { model_drafter_ = nullptr; }
  double model_rate() const { return model_record_.rate(); }
  void draft(int n) { n_draft_ = n; }
  std::span<const int32_t> draft() const {
    return std::span(guesses_).first(static_cast<size_t>(n_draft_));
  }
  // With the sequence's logits, one after the other, each unless the one before finished the job:
  void restrict();  // asks the constraint
  void sample();    // on any thread
  void accept();    // appends the token and its text
  // The token was guessed, and the next one's logits are there: the sequence has them.
  bool follows_draft();
  // Nothing more is to be computed, because nobody wants it or it failed.
  void cancel_now() { reason_ = FinishReason::cancelled; }
  void fail(std::exception_ptr error);
  // Gives the sequence away, or its pages back; then whoever waits learns of the end.
  void release();

  uint64_t number = 0;  // of arrival

 private:
  using Clock = std::chrono::steady_clock;

  template <class F>
  void attempt(F&& f);  // its failure is the job's; does nothing once that is finished
  void accept_sampled();
  bool is_full() const { return static_cast<int>(sequence_.tokens.size()) >= most_positions_; }
  void slide(const Sliding& sliding);
  int n_readable() const;  // tokens until it pauses
  int n_guessable() const;
  void publish(std::string text, bool is_token, Clock::time_point now);

  const Tokenizer& tokenizer_;
  const int priority_, n_vocab_, most_positions_;
  const std::optional<Sliding> sliding_;
  int n_left_;  // tokens that may be generated
  Sampler sampler_;
  Sampled sampled_{};
  std::shared_ptr<TokenConstraint> constraint_;
  std::vector<uint32_t> mask_;
  bool is_restricted_ = false;  // the next token, by the mask
  TextStream stream_;
  Sequence sequence_;
  Keep keep_;
  FinishReason reason_ = FinishReason::none;
  std::exception_ptr error_;
  Drafter drafter_;
  std::unique_ptr<ModelDrafter> model_drafter_;
  GuessRecord records_[2];  // by Drafter::is_repeating()
  GuessRecord model_record_;
  bool is_by_model_ = false;      // who made the guesses
  std::vector<int32_t> guesses_;  // of which n_draft_ are in the step
  int n_draft_ = 0, n_right_ = 0;
  std::atomic<bool> is_cancelled_{false}, is_paused_{false};
  std::function<void()> wake_ = [] {};
  Clock::time_point queued_ = Clock::now(), begun_, first_token_;

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::vector<std::string> pieces_;  // of which n_taken_ were read
  size_t n_taken_ = 0;
  std::vector<int32_t> tokens_;
  std::optional<std::vector<TokenLogprobs>> logprobs_;
  bool is_released_ = false;  // others may know how it ended
  Timings timings_;
};

}  // namespace q3l
