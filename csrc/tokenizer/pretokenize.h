// Splitting text into the words within which BPE merges, by hand-written equivalents of the regular
// expressions that models name in `tokenizer.ggml.pre`.
#pragma once

#include <string>
#include <string_view>

namespace q3l {

struct PreTokenizer {
  std::string_view name;
  // End of the word that starts at p. REQUIRES: p < end, [p, end) is well-formed UTF-8.
  const char* (*word_end)(const char* p, const char* end);
  bool nfc;            // text is normalised first
  bool ignore_merges;  // a word that is a token is that token, whether or not merges lead to it
  bool add_bos;        // unless the file says otherwise
};

// The pre-tokeniser of that name, or nullptr.
const PreTokenizer* find_pre_tokenizer(std::string_view name);

// Every known name, separated by commas.
std::string known_pre_tokenizers();

}  // namespace q3l
