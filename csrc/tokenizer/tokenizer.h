// Text <-> token ids: byte-level BPE as the model's file describes it.
// INVARIANT: immutable after construction, so any number of threads may encode and decode at once.
// Holds its own copy of what it needs, so that the file may be closed after construction.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace q3l {

// A token's kind, numbered as `tokenizer.ggml.token_type` numbers it.
enum class TokenKind : int32_t { normal = 1, unknown, control, user_defined, unused, byte };

// What a model file says about its tokenizer, by reference.
// REQUIRES: the strings viewed live until the Tokenizer made of it is constructed.
struct Vocabulary {
  std::string file;                      // for messages
  std::string model;                     // tokenizer.ggml.model: "gpt2" is byte-level BPE
  std::string pre;                       // tokenizer.ggml.pre: which pre-tokeniser
  std::vector<std::string_view> tokens;  // by id, in GPT-2's byte alphabet; special ones plain
  std::vector<std::string_view> merges;  // "left right", most frequent first
  std::vector<TokenKind> kinds;          // by id; empty = all normal
  std::optional<int32_t> bos, eos, eot;  // eot: end of turn, where the file names one
  std::optional<bool> add_bos;  // what the file says; silent, the pre-tokeniser's family decides
};

class Tokenizer {
 public:
  // Throws UnsupportedModelError (naming model/pre) or ModelFormatError (naming a key or merge).
  explicit Tokenizer(const Vocabulary& vocabulary);
  ~Tokenizer();
  Tokenizer(Tokenizer&&) noexcept;

  int32_t n_vocab() const;

  // Ids of UTF-8 `text`; invalid bytes are read as U+FFFD, as Hugging Face does. With
  // parse_special, special tokens (control and user-defined) written in the text become their ids,
  // the longest at the leftmost position; without, all of them are ordinary text. Adds no BOS: that
  // is the caller's, who knows add_bos(). Throws InvalidArgumentError for a text of more than 512
  // MiB.
  std::vector<int32_t> encode(std::string_view text, bool parse_special) const;

  // The bytes of one token, possibly part of a UTF-8 character, for as long as the Tokenizer
  // lives; control tokens give their text, and ids past the last one, which a model with a padded
  // embedding may write, none. REQUIRES: 0 <= id.
  std::string_view piece(int32_t id) const;
  std::string decode(std::span<const int32_t> ids) const;

  // Ids of the control and user-defined tokens, one for each text; and that of one such text.
  const std::vector<int32_t>& specials() const;
  std::optional<int32_t> find(std::string_view text) const;
  bool is_control(int32_t id) const;
  bool is_end(int32_t id) const;  // ends a generation: EOS, end of turn, <|endoftext|>, <|im_end|>
  std::optional<int32_t> bos() const;
  bool add_bos() const;

 private:
  struct Impl;
  std::unique_ptr<const Impl> impl_;
};

}  // namespace q3l
