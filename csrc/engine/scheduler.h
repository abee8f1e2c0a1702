// The one loop over the model: decides which tokens of which sequence run next, and in which role.
// Any number of threads may advance sequences of their own; their steps take turns.
#pragma once

#include <functional>
#include <mutex>
#include <span>
#include <vector>

#include "engine/options.h"
#include "model/transformer.h"

namespace q3l {

// A sequence under way: its tokens, of which the first n_computed have their keys and values in the
// cache, and of which the first n_prompt were given rather than generated. Tokens may be appended
// between steps, or taken back: n_computed is then lowered with them.
struct Sequence {
  KvSequence kv;
  std::vector<int32_t> tokens;
  int n_prompt;
  int n_computed = 0;
  float* logits = nullptr;  // [n_vocab] after the last token, where the last step wrote them
};

class Scheduler {
 public:
  Scheduler(const Transformer& model, const EngineOptions& options);

  int n_ctx() const { return n_ctx_; }
  int n_threads() const { return pool_.size(); }

  // Starts a sequence. Throws InvalidArgumentError for no tokens or an id outside the vocabulary,
  // ContextOverflowError for more tokens than n_ctx.
  Sequence open(std::vector<int32_t> prompt);

  // Computes the next tokens of every sequence in one forward pass: a chunk of its prompt, or what
  // was generated since. Those that have none left then point to their row of `logits`
  // [sequences, n_vocab], the others to nothing. REQUIRES: each has a token left to compute.
  void step(std::span<Sequence* const> sequences, float* logits);
  // The same for one sequence: returns true when none are left.
  bool step(Sequence& sequence, float* logits);

  // Computes a sequence just opened, all its tokens and their logits in `role`: logits [n_last,
  // n_vocab] after each of its last tokens. Calls `poll`, which may throw, between steps.
  void logits(
      Sequence& sequence, Role role, int n_last, float* out,
      const std::function<void()>& poll = [] {});

  // Bytes per second at which the threads read `bytes` and do nothing else, which takes a turn.
  double read_bandwidth(std::span<const uint8_t> bytes);
  // Of one position of a sequence, keys and values of all layers.
  size_t cache_bytes() const { return cache_.page_bytes() / kPagePositions; }

 private:
  void add(Sequence& sequence, int end, Role role);
  void forward(float* logits);

  const Transformer& model_;
  int n_ctx_;
  std::mutex mutex_;
  ThreadPool pool_;
  KvCache cache_;
  Scratch scratch_;
  Batch batch_;  // of the step under way
};

}  // namespace q3l
