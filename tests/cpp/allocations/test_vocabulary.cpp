// What a tokenizer takes of memory beside its file.
#include <doctest/doctest.h>

#include <random>
#include <set>

#include "allocations/counted.h"
#include "engine/vocabulary.h"
#include "support/byte_vocabulary.h"
#include "support/gguf_builder.h"
#include "support/temp_file.h"

namespace q3l {

// As many tokens as Qwen3 has, about as long, each but the bytes of two that came before, as merges
// make them.
TEST_CASE("a vocabulary of 151,669 tokens takes less than 4 MB beside the file") {
  constexpr size_t kTokens = 151669, kLongest = 12;
  std::mt19937 random(1);
  std::vector<std::string> tokens, merges;
  for (int b = 0; b < 256; ++b) {
    const char byte = static_cast<char>(b);
    tokens.push_back(testing::in_byte_alphabet({&byte, 1}));
  }
  std::set<std::string> known(tokens.begin(), tokens.end());
  while (tokens.size() < kTokens) {
    const std::string &a = tokens[random() % tokens.size()], &b = tokens[random() % tokens.size()];
    std::string both = a + b;
    if (both.size() > kLongest || !known.insert(both).second) continue;
    merges.push_back(a + " " + b);
    tokens.push_back(std::move(both));
  }
  testing::GgufBuilder file;
  file.key("tokenizer.ggml.model", "gpt2");
  file.key("tokenizer.ggml.pre", "qwen2");
  file.key("tokenizer.ggml.tokens", tokens);
  file.key("tokenizer.ggml.token_type", std::vector<int32_t>(kTokens, 1));
  file.key("tokenizer.ggml.merges", merges);
  const testing::TempFile written(file.bytes());
  const gguf::Reader reader(written.path());
  const size_t before = bytes_in_use;
  const Tokenizer tokenizer(read_vocabulary(reader));
  const size_t taken = bytes_in_use - before;
  MESSAGE(taken, " bytes");
  CHECK(tokenizer.n_vocab() == static_cast<int>(kTokens));
  CHECK(taken < size_t{4} << 20);
  CHECK(taken > size_t{1} << 20);
}

}  // namespace q3l
