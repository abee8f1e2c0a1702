#include "capi/conversation.h"

#include <utility>

#include "capi/border.h"

namespace q3l::capi {

namespace {

Request request(std::vector<int32_t> prompt, const q3l_params& params) {
  if (params.n_stop > 0) require(params.stop, "q3l_params.stop");
  for (const char* text : std::span(params.stop, params.n_stop)) {
    require(text, "a text of q3l_params.stop");
  }
  Request out{.prompt = std::move(prompt),
              .max_tokens = params.max_tokens,
              .sampling = {.temperature = params.temperature,
                           .top_k = params.top_k,
                           .top_p = params.top_p,
                           .min_p = params.min_p,
                           .seed = params.seed,
                           .repetition_penalty = params.repetition_penalty}};
  out.stop.assign(params.stop, params.stop + params.n_stop);
  out.slides = params.slide != 0;
  return out;
}

q3l_finish finish_of(FinishReason reason) {
  switch (reason) {
    case FinishReason::stop:
      return Q3L_STOP;
    case FinishReason::length:
      return Q3L_LENGTH;
    case FinishReason::none:
    case FinishReason::cancelled:
      break;
  }
  return Q3L_CANCELLED;
}

}  // namespace

// The right to work with the conversation.
class Conversation::Turn {
 public:
  explicit Turn(Conversation& conversation) : c_(conversation) {
    std::lock_guard lock(c_.mutex_);
    if (c_.is_busy_) {
      throw OverloadedError(
          "the session is answering; wait for it, q3l_cancel() it, or open another session");
    }
    c_.is_busy_ = true;
    c_.is_cancelled_ = false;
  }
  ~Turn() {
    std::lock_guard lock(c_.mutex_);
    c_.under_way_.reset();
    c_.is_busy_ = false;
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  // From here on cancel() ends the generation; one that came before does now.
  Generation& begin(Generation&& generation) {
    std::lock_guard lock(c_.mutex_);
    c_.under_way_.emplace(std::move(generation));
    if (c_.is_cancelled_) c_.under_way_->cancel();
    return *c_.under_way_;
  }

 private:
  Conversation& c_;
};

Conversation::Conversation(std::shared_ptr<Engine> engine)
    : engine_(std::move(engine)), session_(*engine_) {}

void Conversation::cancel() {
  std::lock_guard lock(mutex_);
  is_cancelled_ = true;
  if (under_way_) under_way_->cancel();
}

void Conversation::add(ChatMessage message) {
  if (message.role != "system" && message.role != "user" && message.role != "assistant") {
    throw InvalidArgumentError("there is no role " + quoted(message.role) +
                               "; say system, user or assistant");
  }
  const Turn turn(*this);
  messages_.push_back(std::move(message));
}

q3l_result Conversation::ask(const std::string& message, const q3l_params& params,
                             const Listener& listener) {
  Turn turn(*this);
  std::vector<ChatMessage> messages = messages_;
  messages.push_back({"user", message});
  const ChatTemplate chat_template = read_chat_template(*engine_);
  const q3l_result result =
      answer(turn, chat_template.encode(messages, params.thinking != 0), params, listener);
  messages.push_back({"assistant", answer_});
  messages_ = std::move(messages);
  return result;
}

q3l_result Conversation::complete(const std::string& text, const q3l_params& params,
                                  const Listener& listener) {
  Turn turn(*this);
  return answer(turn, encode_bare(engine_->tokenizer(), text), params, listener);
}

q3l_result Conversation::answer(Turn& turn, std::vector<int32_t> prompt, const q3l_params& params,
                                const Listener& listener) {
  Generation& generation = turn.begin(session_.generate(request(std::move(prompt), params)));
  answer_.clear();
  const auto deliver = [&](const std::string& piece) {
    if (is_cancelled_) return;  // what was computed ahead
    answer_ += piece;
    if (listener.on_text && listener.on_text(piece.c_str(), piece.size(), listener.user) != 0) {
      cancel();
    }
  };
  while (auto piece = generation.next([&] { deliver({}); })) {
    if (!piece->empty()) deliver(*piece);
  }
  const Timings t = generation.timings();
  return {.finish = is_cancelled_ ? Q3L_CANCELLED : finish_of(generation.finish_reason()),
          .n_prompt = t.n_prompt,
          .n_reused = t.n_reused,
          .n_generated = t.n_generated,
          .prompt_seconds = t.prompt_seconds,
          .decode_seconds = t.decode_seconds};
}

}  // namespace q3l::capi
