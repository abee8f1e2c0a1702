#include "engine/executor.h"

#include <algorithm>

#include "base/bandwidth.h"
#include "base/cpu_info.h"
#include "base/error.h"
#include "base/on_exit.h"

namespace q3l {

namespace {

constexpr int kListed = 1 << 20;  // positions that a sequence's lists have room for at once
constexpr int kCatchUp = 64;      // generated tokens of one sequence in a step

}  // namespace

Executor::Executor(const Transformer& model, const EngineOptions& options, int max_pages)
    : model_(model),
      n_ctx_(options.n_ctx),
      prompt_chunk_(options.prompt_chunk),
      max_draft_(options.max_draft),
      pool_(options.n_threads > 0 ? options.n_threads : usable_cores()),
      cache_(model.config(), options.kv_type, max_pages),
      scratch_(model.config(), kernels(), pool_) {}

void Executor::check_tokens(std::span<const int32_t> ids) const {
  for (int32_t id : ids) {
    if (id < 0 || id >= n_vocab()) {
      throw InvalidArgumentError("token id " + std::to_string(id) +
                                 " is not in the vocabulary of " + std::to_string(n_vocab()));
    }
  }
}

Sequence Executor::open(std::vector<int32_t> prompt) {
  if (prompt.empty()) throw InvalidArgumentError("the prompt has no tokens; give at least one");
  check_tokens(prompt);
  const int n = static_cast<int>(prompt.size());
  if (n > n_ctx_) {
    throw ContextOverflowError("the prompt has " + std::to_string(n) +
                               " tokens but the context holds " + std::to_string(n_ctx_) +
                               "; shorten it or ask for a longer context");
  }
  const int n_listed = std::min(n_ctx_, kListed);
  prompt.reserve(static_cast<size_t>(n_listed));
  Sequence sequence = {KvSequence(cache_, n_listed), std::move(prompt), {{n, Role::prompt}}};
  make_fit(sequence, n);
  return sequence;
}

void Executor::make_fit(Sequence& sequence, int n_positions) const {
  if (n_positions <= most_positions(sequence)) return;
  sequence.forget();
  sequence.kv.set_stretch(stretch_for(model_.config(), n_positions));
}

int Executor::next_end(const Sequence& s, int most) const {
  const auto [end, role] = s.next();
  if (role == Role::generated) return std::min(end, s.n_computed + kCatchUp);
  const int left = end - s.n_computed, n_steps = (left + most - 1) / most;
  return s.n_computed + (left + n_steps - 1) / n_steps;
}

void Executor::step(std::span<const Advance> parts, float* logits) {
  std::lock_guard turn(turns_);
  run(parts, logits);
}

void Executor::step(std::span<Sequence* const> sequences, float* logits) {
  std::lock_guard turn(turns_);
  parts_.clear();
  for (Sequence* s : sequences) parts_.push_back({s, next_end(*s)});
  run(parts_, logits);
}

bool Executor::step(Sequence& sequence, float* logits) {
  Sequence* const only = &sequence;
  step({&only, 1}, logits);
  return sequence.logits != nullptr;
}

void Executor::logits(Sequence& sequence, Role role, int n_last, float* out,
                      const std::function<void()>& poll) {
  const size_t n_vocab = static_cast<size_t>(model_.config().n_vocab);
  const int first_wanted = sequence.n_prompt() - n_last;
  while (sequence.n_computed < sequence.n_prompt()) {
    poll();
    std::lock_guard turn(turns_);
    batch_.clear();
    const int begin = sequence.n_computed, end = next_end(sequence);
    add(sequence, end, role);
    for (int row = std::max(0, first_wanted - begin); row < end - begin; ++row) {
      batch_.logit_rows.push_back(row);
    }
    if (role == Role::prompt) batch_.n_prompt_logits = static_cast<int>(batch_.logit_rows.size());
    forward(out);
    out += batch_.logit_rows.size() * n_vocab;
    sequence.n_computed = end;
  }
}

void Executor::observe(Sequence& sequence, const std::function<void(int layer, Mat x)>& observer) {
  std::lock_guard turn(turns_);
  scratch_.observe_feed_forward = observer;
  const OnExit forget_observer = [&] { scratch_.observe_feed_forward = nullptr; };
  while (sequence.n_computed < sequence.n_prompt()) {
    const int end = next_end(sequence);
    batch_.clear();
    add(sequence, end, Role::prompt);
    forward(nullptr);
    sequence.n_computed = end;
  }
}

double Executor::read_bandwidth(std::span<const uint8_t> bytes) {
  std::lock_guard turn(turns_);
  return q3l::read_bandwidth(bytes, pool_);
}

void Executor::between_steps(FunctionRef<void()> body) {
  std::lock_guard turn(turns_);
  body();
}

void Executor::change_experts(FunctionRef<void()> change, uint64_t experts) {
  between_steps([&] {
    change();
    experts_ = experts;
  });
}

void Executor::in_parallel(int n, FunctionRef<void(int)> body) {
  std::lock_guard turn(turns_);
  pool_.for_chunks(n, 1, [&](int, int i, int) { body(i); });
}

void Executor::run(std::span<const Advance> parts, float* logits) {
  batch_.clear();
  for (Role role : {Role::prompt, Role::generated}) {
    for (const auto& [s, end, draft] : parts) {
      if (s->next().role != role) continue;
      const size_t row = batch_.logit_rows.size();
      add(*s, end, role);
      s->logits = nullptr;
      if (end < static_cast<int>(s->tokens.size())) continue;
      batch_.logit_rows.push_back(batch_.n_rows() - 1);
      s->logits = logits + row * static_cast<size_t>(n_vocab());
      add_draft(*s, end, draft);
    }
  }
  forward(logits);
  for (const Advance& part : parts) part.sequence->n_computed = part.end;
}

void Executor::add(Sequence& sequence, int end, Role role) {
  const int begin = sequence.n_computed;
  sequence.kv.reserve(begin, end);
  if (begin == 0) sequence.experts = experts_;
  if (sequence.experts != experts_) sequence.experts = kSeveralExperts;
  batch_.add({&sequence.kv, begin, end - begin, role}, sequence.tokens.data() + begin);
}

void Executor::add_draft(Sequence& sequence, int begin, std::span<const int32_t> draft) {
  if (draft.empty()) return;
  const int n = static_cast<int>(draft.size());
  sequence.kv.reserve(begin, begin + n);
  for (int i = 0; i < n; ++i) batch_.logit_rows.push_back(batch_.n_rows() + i);
  batch_.add({&sequence.kv, begin, n, Role::generated}, draft.data());
}

void Executor::forward(float* logits) {
  model_.forward(batch_, cache_, scratch_,
                 Mat(logits, static_cast<int>(batch_.logit_rows.size()), model_.config().n_vocab));
}

}  // namespace q3l
