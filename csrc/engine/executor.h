// Computes steps: the next tokens of any sequences in one forward pass, each in its role. Any
// number of threads may ask; they take turns, first come, first served.
#pragma once

#include <atomic>
#include <functional>
#include <span>
#include <vector>

#include "base/function_ref.h"
#include "base/turn_lock.h"
#include "engine/options.h"
#include "engine/sequence.h"
#include "model/transformer.h"

namespace q3l {

// A sequence's tokens [n_computed, end), of one role; behind all that it has, tokens that may come.
struct Advance {
  Sequence* sequence;
  int end;
  std::span<const int32_t> draft = {};
};

class Executor {
 public:
  Executor(const Transformer& model, const EngineOptions& options, int max_pages);

  int n_ctx() const { return n_ctx_; }
  int n_vocab() const { return model_.config().n_vocab; }
  KvCache& cache() { return cache_; }
  int n_threads() const { return pool_.size(); }

  // Starts a sequence, stretched for its tokens. Throws InvalidArgumentError for no tokens or an id
  // outside the vocabulary, ContextOverflowError for more tokens than n_ctx.
  Sequence open(std::vector<int32_t> prompt);
  // Throws InvalidArgumentError for ids that are not in the vocabulary.
  void check_tokens(std::span<const int32_t> ids) const;

  // Stretches a sequence for so many positions, which it forgets unless they fit as they are.
  void make_fit(Sequence& sequence, int n_positions) const;
  // Positions that fit a sequence as it is stretched.
  int most_positions(const Sequence& sequence) const {
    return q3l::most_positions(model_.config(), sequence.kv.stretch());
  }

  // Where a sequence's next step ends if it takes at most `most` tokens of a prompt, or some
  // that were generated. A prompt's rest is cut evenly: a step reads all weights for however few
  // tokens.
  int next_end(const Sequence& sequence, int most) const;
  int next_end(const Sequence& sequence) const { return next_end(sequence, prompt_chunk_); }
  int prompt_chunk() const { return prompt_chunk_; }
  int max_draft() const { return max_draft_; }

  // Sequences that have no tokens left then point to their row of `logits` [rows, n_vocab], which
  // one for each token of their draft follow; the others to nothing. Drafts count as computed once
  // the sequence has them. REQUIRES: each has a token left to compute.
  void step(std::span<const Advance> parts, float* logits);
  // Computes each sequence's next tokens, for one sequence returns true when none are left.
  void step(std::span<Sequence* const> sequences, float* logits);
  bool step(Sequence& sequence, float* logits);

  // Calls `body` between two steps.
  void between_steps(FunctionRef<void()> body);
  // The same, and from then on the model computes with these expert packs, as Sequence names them.
  void change_experts(FunctionRef<void()> change, uint64_t experts);
  uint64_t experts() const { return experts_; }

  // Calls body(i) for i in [0, n) on all threads.
  void in_parallel(int n, FunctionRef<void(int)> body);

  // Computes a sequence just opened, all its tokens and their logits in `role`: logits [n_last,
  // n_vocab] after each of its last tokens. Calls `poll`, which may throw, between steps.
  void logits(
      Sequence& sequence, Role role, int n_last, float* out,
      const std::function<void()>& poll = [] {});

  // Computes a sequence just opened as a prompt, and tells of the residual stream before each
  // layer's feed-forward network.
  void observe(Sequence& sequence, const std::function<void(int layer, Mat x)>& observer);

  // Bytes per second at which the threads read `bytes` and do nothing else, which takes a turn.
  double read_bandwidth(std::span<const uint8_t> bytes);
  // Of one position of a sequence, keys and values of all layers.
  size_t cache_bytes() const { return cache_.page_bytes() / kPagePositions; }

 private:
  void run(std::span<const Advance> parts, float* logits);
  void add(Sequence& sequence, int end, Role role);
  void add_draft(Sequence& sequence, int begin, std::span<const int32_t> draft);
  void forward(float* logits);

  const Transformer& model_;
  int n_ctx_, prompt_chunk_, max_draft_;
  std::atomic<uint64_t> experts_{kNoExperts};  // changes in a turn
  TurnLock turns_;
  ThreadPool pool_;
  KvCache cache_;
  Scratch scratch_;
  Batch batch_;  // of the step under way
  std::vector<Advance> parts_;
};

}  // namespace q3l
