#include "tokenizer/tokenizer.h"

#include <doctest/doctest.h>

#include "base/error.h"

namespace q3l {

namespace {

Vocabulary small_vocabulary() {
  Vocabulary v;
  v.file = "small.gguf";
  v.model = "gpt2";
  v.pre = "qwen2";
  v.tokens = {"a",
              "b",
              "c",
              "ab",
              "abc",
              "\xc4\xa0",
              "\xc4\xa0"
              "ab",
              "<|im_end|>",
              "<think>"};
  v.merges = {"a b", "ab c", "\xc4\xa0 ab"};
  v.kinds.assign(9, TokenKind::normal);
  v.kinds[7] = TokenKind::control;
  v.kinds[8] = TokenKind::user_defined;
  return v;
}

using Ids = std::vector<int32_t>;

}  // namespace

TEST_CASE("merges follow rank, special tokens the caller's wish") {
  const Tokenizer t(small_vocabulary());
  CHECK(t.encode("abc ab", true) == Ids{4, 6});
  CHECK(t.encode(" abc", true) == Ids{5, 4});
  CHECK(t.encode("a<think>b<|im_end|>", true) == Ids{0, 8, 1, 7});
  CHECK(t.encode("<think>ab", false) == Ids{3});  // the other bytes have no token
  CHECK(t.encode("", true).empty());
}

TEST_CASE("pieces are bytes, whatever alphabet the file writes them in") {
  const Tokenizer t(small_vocabulary());
  CHECK(t.n_vocab() == 9);
  CHECK(t.piece(6) == " ab");
  CHECK(t.piece(t.n_vocab()).empty());
  CHECK(t.decode(Ids{6, 7}) == " ab<|im_end|>");
  CHECK(t.is_end(7));
  CHECK(t.is_control(7));
  CHECK_FALSE(t.is_end(8));
  CHECK(t.find("<think>") == 8);
}

TEST_CASE("the vocabulary may go once the tokenizer stands") {
  std::string storage = "abab c";
  Vocabulary v = small_vocabulary();
  v.tokens[3] = std::string_view(storage).substr(0, 2);
  v.merges[1] = std::string_view(storage).substr(2);
  const Tokenizer t(v);
  storage.assign("??????");
  CHECK(t.encode("abc", true) == Ids{4});
  CHECK(t.piece(3) == "ab");
}

TEST_CASE("contradictions are refused by name") {
  Vocabulary v = small_vocabulary();
  v.pre = "klingon";
  CHECK_THROWS_AS(Tokenizer{v}, UnsupportedModelError);
  v = small_vocabulary();
  v.merges.push_back("b c");
  CHECK_THROWS_WITH_AS(Tokenizer{v}, doctest::Contains("merge 'b c'"), ModelFormatError);
  v = small_vocabulary();
  v.kinds.pop_back();
  CHECK_THROWS_AS(Tokenizer{v}, ModelFormatError);
  v = small_vocabulary();
  v.eos = 9;
  CHECK_THROWS_WITH_AS(Tokenizer{v}, doctest::Contains("eos_token_id is 9"), ModelFormatError);
}

}  // namespace q3l
