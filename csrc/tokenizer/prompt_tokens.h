// A prompt put together from texts of different standing. INVARIANT: texts that meet without a
// special token between them are tokenised as one, as they were in training.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace q3l {

class PromptTokens {
 public:
  explicit PromptTokens(const Tokenizer& tokenizer);  // which outlives it

  // Somebody's text: special tokens that it spells stay text.
  PromptTokens& add_text(std::string_view text);
  // The template's own: they are tokens.
  PromptTokens& add_template(std::string_view text) { return add_special(text, true); }
  // What the model said: it may have written <think>, but no token that controls it.
  PromptTokens& add_answer(std::string_view text) { return add_special(text, false); }

  std::vector<int32_t> finish();

 private:
  struct Special {
    std::string_view text;
    int32_t id;
    bool is_control;
  };

  PromptTokens& add_special(std::string_view text, bool with_control);
  const Special* special_at(std::string_view text, bool with_control) const;
  void flush();

  const Tokenizer& tokenizer_;
  std::vector<Special> specials_;  // the longest first
  std::string text_;               // that is still to be tokenised
  std::vector<int32_t> ids_;
};

}  // namespace q3l
