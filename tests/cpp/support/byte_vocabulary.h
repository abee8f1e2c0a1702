// A vocabulary in which every byte is a token, so that any text is encoded and decoding shows what
// was encoded; and the alphabet that files write tokens in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace q3l::testing {

// GPT-2's byte alphabet, in UTF-8.
std::string in_byte_alphabet(std::string_view bytes);
bool is_printable(uint8_t byte);  // stands for itself in that alphabet

class ByteVocabulary {
 public:
  static constexpr int32_t kTwoNewlines = 256;

  // Two newlines are one token, kTwoNewlines. `texts` are tokens besides, which no merge makes;
  // ChatML's tags and those of thoughts, calls and responses are special.
  explicit ByteVocabulary(const std::vector<std::string>& texts = {});

  Vocabulary get() const;

 private:
  void add(std::string token, TokenKind kind);

  std::vector<std::string> tokens_, merges_;
  std::vector<TokenKind> kinds_;
};

}  // namespace q3l::testing
