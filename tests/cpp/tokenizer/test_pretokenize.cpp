#include "tokenizer/pretokenize.h"

#include <doctest/doctest.h>

#include <vector>

namespace q3l {

namespace {

using Words = std::vector<std::string>;

Words split(std::string_view pre, std::string_view text) {
  Words words;
  const PreTokenizer* splitter = find_pre_tokenizer(pre);
  REQUIRE(splitter != nullptr);
  const char* const end = text.data() + text.size();
  for (const char* p = text.data(); p < end; p += words.back().size()) {
    words.emplace_back(p, splitter->word_end(p, end));
  }
  return words;
}

}  // namespace

TEST_CASE("qwen2") {
  CHECK(split("qwen2", "I'll say \"hi\"  now") ==
        Words{"I", "'ll", " say", " \"", "hi", "\"", " ", " now"});
  CHECK(split("qwen2", "2024!\n\n x") == Words{"2", "0", "2", "4", "!\n\n", " x"});
  CHECK(split("qwen2", "a \n \n  b\t\tc  ") == Words{"a", " \n \n", " ", " b", "\t", "\tc", "  "});
  CHECK(split("qwen2", "it'\xc5\xbf IT'S") == Words{"it", "'\xc5\xbf", " IT", "'S"});
  CHECK(split("qwen2", "'") == Words{"'"});
}

TEST_CASE("llama-bpe takes digits by threes") {
  CHECK(split("llama-bpe", "x12345") == Words{"x", "123", "45"});
}

TEST_CASE("gpt-2") {
  CHECK(split("gpt-2", "we'll 123abc!\n\n x WE'LL") ==
        Words{"we", "'ll", " 123", "abc", "!", "\n\n", " x", " WE", "'", "LL"});
}

TEST_CASE("smollm sets digits apart") {
  CHECK(split("smollm", "a  12 b") == Words{"a", "  ", "1", "2", " b"});
}

TEST_CASE("an unknown name") {
  CHECK(find_pre_tokenizer("klingon") == nullptr);
  CHECK(known_pre_tokenizers().find("qwen2, ") == 0);
}

}  // namespace q3l
