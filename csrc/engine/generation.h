// One completion under way: the caller pulls its text piece by piece. Several may be under way at
// once, each advanced by whichever thread pulls it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/text_stream.h"
#include "sampler/sampler.h"

namespace q3l {

struct Request {
  std::vector<int32_t> prompt;
  int max_tokens = 256;
  SamplerParams sampling = {};
  std::vector<std::string> stop = {};  // ends the text where one of these would begin
};

enum class FinishReason {
  none,    // still under way
  stop,    // the model ended its turn, or a stop string came up
  length,  // max_tokens, or the end of the context
};

// A generated token's log-probability, and the likeliest tokens in its place.
struct TokenLogprobs : TokenLogprob {
  std::vector<TokenLogprob> likeliest;
};

// The first generated token comes with the prompt's last step; every other one takes a decode step,
// and so does the token that ends the turn, which does not count as generated.
struct Timings {
  int n_prompt = 0, n_generated = 0, n_decode_steps = 0;
  double prompt_seconds = 0, decode_seconds = 0;

  double prompt_rate() const { return prompt_seconds > 0 ? n_prompt / prompt_seconds : 0; }
  double decode_rate() const { return decode_seconds > 0 ? n_decode_steps / decode_seconds : 0; }
};

class Generation {
 public:
  // Throws as Scheduler::open and Sampler do. REQUIRES: the engine outlives it.
  Generation(Engine& engine, const Request& request);

  // The text that the next token completes (possibly none of it yet), or nothing at the end. Calls
  // `poll`, which may throw, between the steps of a long prompt.
  std::optional<std::string> next(const std::function<void()>& poll = [] {});

  // Generated tokens, the one that ended the turn excepted.
  std::vector<int32_t> tokens() const;
  // Of each of those, where the request asks for them.
  const std::optional<std::vector<TokenLogprobs>>& logprobs() const { return logprobs_; }
  FinishReason finish_reason() const { return finish_reason_; }
  const Timings& timings() const { return timings_; }

 private:
  Sampled next_token(const std::function<void()>& poll);
  std::optional<std::string> finish(FinishReason reason, std::string text);

  Engine& engine_;
  int max_tokens_;
  TextStream stream_;
  Sequence sequence_;
  Sampler sampler_;
  std::vector<float> logits_;
  std::optional<std::vector<TokenLogprobs>> logprobs_;
  FinishReason finish_reason_ = FinishReason::none;
  Timings timings_;
};

}  // namespace q3l
