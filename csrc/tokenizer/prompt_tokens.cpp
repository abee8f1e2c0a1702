#include "tokenizer/prompt_tokens.h"

#include <algorithm>
#include <utility>

namespace q3l {

PromptTokens::PromptTokens(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {
  for (int32_t id : tokenizer.specials()) {
    specials_.push_back({tokenizer.piece(id), id, tokenizer.is_control(id)});
  }
  std::ranges::sort(specials_, std::ranges::greater(),
                    [](const Special& s) { return s.text.size(); });
}

PromptTokens& PromptTokens::add_text(std::string_view text) {
  text_ += text;
  return *this;
}

PromptTokens& PromptTokens::add_special(std::string_view text, bool with_control) {
  for (size_t at = 0; at < text.size();) {
    if (const Special* special = special_at(text.substr(at), with_control)) {
      flush();
      ids_.push_back(special->id);
      at += special->text.size();
    } else {
      text_ += text[at++];
    }
  }
  return *this;
}

const PromptTokens::Special* PromptTokens::special_at(std::string_view text,
                                                      bool with_control) const {
  for (const Special& s : specials_) {
    if ((with_control || !s.is_control) && text.starts_with(s.text)) return &s;
  }
  return nullptr;
}

std::vector<int32_t> PromptTokens::finish() {
  flush();
  return std::move(ids_);
}

void PromptTokens::flush() {
  const std::vector<int32_t> more = tokenizer_.encode(text_, false);
  ids_.insert(ids_.end(), more.begin(), more.end());
  text_.clear();
}

}  // namespace q3l
