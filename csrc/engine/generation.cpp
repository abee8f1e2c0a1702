#include "engine/generation.h"

#include <chrono>

#include "base/error.h"

namespace q3l {

Generation::Generation(Engine& engine, const Request& request)
    : engine_(engine),
      max_tokens_(request.max_tokens),
      stream_(engine.tokenizer(), request.stop),
      sequence_(engine.scheduler().open(request.prompt)),
      sampler_(request.sampling, engine.config().n_vocab, request.prompt),
      logits_(static_cast<size_t>(engine.config().n_vocab)) {
  if (max_tokens_ < 1) throw InvalidArgumentError("max_tokens must be at least 1");
  if (request.sampling.n_logprobs) logprobs_.emplace();
  timings_.n_prompt = sequence_.n_prompt;
}

Sampled Generation::next_token(const std::function<void()>& poll) {
  const auto start = std::chrono::steady_clock::now();
  const bool in_prompt = sequence_.n_computed < sequence_.n_prompt;
  do {
    poll();
  } while (!engine_.scheduler().step(sequence_, logits_.data()));
  const Sampled token = sampler_.sample(logits_);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  (in_prompt ? timings_.prompt_seconds : timings_.decode_seconds) += elapsed.count();
  timings_.n_decode_steps += !in_prompt;
  return token;
}

std::optional<std::string> Generation::next(const std::function<void()>& poll) {
  if (finish_reason_ != FinishReason::none) return std::nullopt;
  const Sampled token = next_token(poll);
  if (engine_.tokenizer().is_end(token.id)) {
    std::string rest = stream_.finish();
    return finish(FinishReason::stop, std::move(rest));
  }
  sequence_.tokens.push_back(token.id);
  if (logprobs_) {
    logprobs_->push_back(
        {{token.id, token.logprob}, {token.likeliest.begin(), token.likeliest.end()}});
  }
  ++timings_.n_generated;
  std::string text = stream_.push(token.id);
  if (stream_.stopped()) return finish(FinishReason::stop, text + stream_.finish());
  const int total = static_cast<int>(sequence_.tokens.size());
  if (timings_.n_generated == max_tokens_ || total >= engine_.scheduler().n_ctx()) {
    return finish(FinishReason::length, text + stream_.finish());
  }
  return text;
}

std::optional<std::string> Generation::finish(FinishReason reason, std::string text) {
  finish_reason_ = reason;
  if (text.empty()) return std::nullopt;
  return text;
}

std::vector<int32_t> Generation::tokens() const {
  return {sequence_.tokens.begin() + sequence_.n_prompt, sequence_.tokens.end()};
}

}  // namespace q3l
