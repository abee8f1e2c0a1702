// What stays of a text that outgrew its context: the system's message and what came last.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace q3l {

class Sliding {
 public:
  // Throws InvalidArgumentError for a context too short to leave anything out.
  Sliding(const Tokenizer& tokenizer, int n_ctx);

  // `tokens` as they are if there is room behind them, else shorter ones, which leave at least an
  // eighth of the context and begin at a message where there is one. What is left out is a multiple
  // of about half a context, so that a text which grows is cut at one place for long. Throws
  // ContextOverflowError for a system's message that is longer than half a context.
  std::vector<int32_t> fit(std::span<const int32_t> tokens) const;

 private:
  bool begins_message(std::span<const int32_t> tokens, size_t at) const {
    return message_ && tokens[at] == *message_;
  }
  // Tokens of the system's message, which the text begins with or else has none of.
  size_t n_kept(std::span<const int32_t> tokens) const;

  size_t n_ctx_;
  std::optional<int32_t> message_;  // the token that begins one
  std::vector<int32_t> system_;     // the role of the system's, behind it
};

}  // namespace q3l
