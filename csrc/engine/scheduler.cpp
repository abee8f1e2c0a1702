#include "engine/scheduler.h"

#include <algorithm>

#include "base/cpu_info.h"
#include "base/error.h"

namespace q3l {

namespace {

constexpr int kPromptChunk = 512;

}  // namespace

Scheduler::Scheduler(const Transformer& model, const EngineOptions& options)
    : model_(model),
      n_ctx_(options.n_ctx),
      pool_(options.n_threads > 0 ? options.n_threads : usable_cores()),
      cache_(model.config(), options.kv_type),
      scratch_(model.config(), kernels(), pool_) {}

Sequence Scheduler::open(std::vector<int32_t> prompt) {
  if (prompt.empty()) throw InvalidArgumentError("the prompt has no tokens; give at least one");
  const int n = static_cast<int>(prompt.size()), n_vocab = model_.config().n_vocab;
  for (int32_t id : prompt) {
    if (id < 0 || id >= n_vocab) {
      throw InvalidArgumentError("token id " + std::to_string(id) +
                                 " is not in the vocabulary of " + std::to_string(n_vocab));
    }
  }
  if (n > n_ctx_) {
    throw ContextOverflowError("the prompt has " + std::to_string(n) +
                               " tokens but the context holds " + std::to_string(n_ctx_) +
                               "; shorten it or ask for a longer context");
  }
  return {KvSequence(cache_), std::move(prompt), n};
}

bool Scheduler::step(Sequence& sequence, float* logits) {
  const int total = static_cast<int>(sequence.tokens.size());
  const bool in_prompt = sequence.n_computed < sequence.n_prompt;
  const int end =
      in_prompt ? std::min(sequence.n_prompt, sequence.n_computed + kPromptChunk) : total;
  const int n = end - sequence.n_computed;
  sequence.kv.reserve(end);
  Batch batch;
  batch.add({&sequence.kv, sequence.n_computed, n, in_prompt ? Role::prompt : Role::generated},
            sequence.tokens.data() + sequence.n_computed);
  if (end == total) batch.logit_rows = {n - 1};
  forward(batch, logits);
  sequence.n_computed = end;
  return end == total;
}

void Scheduler::logits(Sequence& sequence, Role role, int n_last, float* out,
                       const std::function<void()>& poll) {
  const size_t n_vocab = static_cast<size_t>(model_.config().n_vocab);
  const int first_wanted = sequence.n_prompt - n_last;
  sequence.kv.reserve(sequence.n_prompt);
  while (sequence.n_computed < sequence.n_prompt) {
    poll();
    const int begin = sequence.n_computed, n = std::min(kPromptChunk, sequence.n_prompt - begin);
    Batch batch;
    batch.add({&sequence.kv, begin, n, role}, sequence.tokens.data() + begin);
    for (int row = std::max(0, first_wanted - begin); row < n; ++row) {
      batch.logit_rows.push_back(row);
    }
    forward(batch, out);
    out += batch.logit_rows.size() * n_vocab;
    sequence.n_computed += n;
  }
}

void Scheduler::forward(const Batch& batch, float* logits) {
  std::lock_guard turn(mutex_);
  model_.forward(batch, cache_, scratch_,
                 Mat(logits, static_cast<int>(batch.logit_rows.size()), model_.config().n_vocab));
}

}  // namespace q3l
