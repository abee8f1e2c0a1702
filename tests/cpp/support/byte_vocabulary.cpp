#include "support/byte_vocabulary.h"

#include "base/utf8.h"

namespace q3l::testing {

bool is_printable(uint8_t byte) {
  return (byte >= 0x21 && byte < 0x7f) || (byte >= 0xa1 && byte < 0xad) || byte >= 0xae;
}

std::string in_byte_alphabet(std::string_view bytes) {
  std::string out;
  for (char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    uint32_t n_before = 0;  // others that are not printable
    for (int b = 0; b < byte; ++b) n_before += !is_printable(static_cast<uint8_t>(b));
    append_char(out, is_printable(byte) ? byte : 0x100 + n_before);
  }
  return out;
}

ByteVocabulary::ByteVocabulary(const std::vector<std::string>& texts) {
  for (int b = 0; b < 256; ++b) {
    add(in_byte_alphabet(std::string(1, static_cast<char>(b))), TokenKind::normal);
  }
  const std::string newline = in_byte_alphabet("\n");
  add(newline + newline, TokenKind::normal);
  merges_ = {newline + " " + newline};
  for (const std::string& text : texts) add(in_byte_alphabet(text), TokenKind::normal);
  for (const char* tag : {"<|endoftext|>", "<|im_start|>", "<|im_end|>"}) {
    add(tag, TokenKind::control);
  }
  for (const char* tag : {"<think>", "</think>", "<tool_call>", "</tool_call>", "<tool_response>",
                          "</tool_response>"}) {
    add(tag, TokenKind::user_defined);
  }
}

void ByteVocabulary::add(std::string token, TokenKind kind) {
  tokens_.push_back(std::move(token));
  kinds_.push_back(kind);
}

Vocabulary ByteVocabulary::get() const {
  Vocabulary v;
  v.file = "bytes.gguf";
  v.model = "gpt2";
  v.pre = "qwen2";
  v.tokens.assign(tokens_.begin(), tokens_.end());
  v.merges.assign(merges_.begin(), merges_.end());
  v.kinds = kinds_;
  return v;
}

}  // namespace q3l::testing
