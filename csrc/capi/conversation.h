// A session of q3l.h: messages, the engine's session that computes them, and the answer under way.
// INVARIANT: one caller at a time has a Turn; cancel() alone comes from other threads.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "capi/q3l.h"
#include "engine/chat.h"
#include "engine/session.h"

namespace q3l::capi {

struct Listener {
  q3l_on_text* on_text;  // may be null
  void* user;
};

class Conversation {
 public:
  explicit Conversation(std::shared_ptr<Engine> engine);

  // These throw OverloadedError while another one is at work.
  void add(ChatMessage message);
  q3l_result ask(const std::string& message, const q3l_params& params, const Listener& listener);
  q3l_result complete(const std::string& text, const q3l_params& params, const Listener& listener);

  const std::string& answer() const { return answer_; }
  void cancel();

 private:
  class Turn;

  q3l_result answer(Turn& turn, std::vector<int32_t> prompt, const q3l_params& params,
                    const Listener& listener);

  const std::shared_ptr<Engine> engine_;
  Session session_;
  std::vector<ChatMessage> messages_;
  std::string answer_;
  std::atomic<bool> is_cancelled_{false};

  std::mutex mutex_;  // guards what follows
  bool is_busy_ = false;
  std::optional<Generation> under_way_;
};

}  // namespace q3l::capi
