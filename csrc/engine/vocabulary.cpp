#include "engine/vocabulary.h"

#include <limits>

namespace q3l {

namespace {

std::vector<std::string_view> strings_of(const gguf::Reader& file, const char* key) {
  std::vector<std::string_view> strings;
  auto cursor = file.get_strings(key);
  if (!cursor) return strings;
  strings.reserve(cursor->left());
  while (cursor->left() > 0) strings.push_back(cursor->next());
  return strings;
}

// A number that no token can have becomes one that the Tokenizer refuses by its key.
std::optional<int32_t> token_id(const gguf::Reader& file, const char* key) {
  const auto id = file.get_uint(key);
  if (!id) return std::nullopt;
  constexpr uint64_t kMost = std::numeric_limits<int32_t>::max();
  return static_cast<int32_t>(*id < kMost ? *id : kMost);
}

std::vector<TokenKind> token_kinds(const gguf::Reader& file) {
  std::vector<TokenKind> kinds;
  for (int64_t number : file.get_ints("tokenizer.ggml.token_type")) {
    const bool fits = number >= 0 && number <= std::numeric_limits<int32_t>::max();
    kinds.push_back(static_cast<TokenKind>(fits ? static_cast<int32_t>(number) : 0));
  }
  return kinds;
}

}  // namespace

Vocabulary read_vocabulary(const gguf::Reader& file) {
  Vocabulary v;
  v.file = file.path();
  v.model = file.require_string("tokenizer.ggml.model");
  v.pre = file.get_string("tokenizer.ggml.pre").value_or("");
  v.tokens = strings_of(file, "tokenizer.ggml.tokens");
  v.merges = strings_of(file, "tokenizer.ggml.merges");
  v.kinds = token_kinds(file);
  v.bos = token_id(file, "tokenizer.ggml.bos_token_id");
  v.eos = token_id(file, "tokenizer.ggml.eos_token_id");
  v.eot = token_id(file, "tokenizer.ggml.eot_token_id");
  v.add_bos = file.get_bool("tokenizer.ggml.add_bos_token");
  return v;
}

}  // namespace q3l
