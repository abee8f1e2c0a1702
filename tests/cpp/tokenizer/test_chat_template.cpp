#include "tokenizer/chat_template.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "base/error.h"

namespace q3l {

namespace {

// Every byte of ASCII is a token of its own, so that decoding shows what was encoded.
struct Letters {
  std::vector<std::string> texts;
  Vocabulary vocabulary;

  Letters() {
    for (char c = '!'; c <= '~'; ++c) texts.emplace_back(1, c);
    texts.emplace_back("\xc4\x8a");  // newline in the byte alphabet
    texts.emplace_back("\xc4\xa0");  // space
    texts.emplace_back("ab");
    vocabulary.file = "letters.gguf";
    vocabulary.model = "gpt2";
    vocabulary.pre = "qwen2";
    vocabulary.kinds.assign(texts.size(), TokenKind::normal);
    for (const char* control : {"<|im_start|>", "<|im_end|>"}) {
      texts.emplace_back(control);
      vocabulary.kinds.push_back(TokenKind::control);
    }
    for (const char* tag : {"<think>", "</think>"}) {
      texts.emplace_back(tag);
      vocabulary.kinds.push_back(TokenKind::user_defined);
    }
    for (const std::string& text : texts) vocabulary.tokens.emplace_back(text);
    vocabulary.merges = {"a b"};
  }
};

const char* kThinking = "{%- if enable_thinking is defined and enable_thinking is false %}";

}  // namespace

TEST_CASE("a conversation is turns of ChatML") {
  const Tokenizer t(Letters().vocabulary);
  const ChatTemplate chat(t, "", std::nullopt);
  const std::array<ChatMessage, 3> messages = {
      {{"user", "Hi"}, {"assistant", "Yes?"}, {"user", "Bye"}}};
  CHECK(t.decode(chat.encode(messages, true)) ==
        "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nYes?<|im_end|>\n"
        "<|im_start|>user\nBye<|im_end|>\n<|im_start|>assistant\n");
  CHECK_FALSE(chat.can_think());
}

TEST_CASE(
    "the default system turn is the file's, else the template's literal, unless one is given") {
  const Tokenizer t(Letters().vocabulary);
  const char* literal = "{{ '<|im_start|>system\nBe kind.<|im_end|>\n' }}";
  const char* expression = "{{ '<|im_start|>system\n' + text + '<|im_end|>' }}";
  const std::array<ChatMessage, 1> user = {{{"user", "x"}}};
  const std::array<ChatMessage, 2> both = {{{"system", "Be brief."}, {"user", "x"}}};
  auto text = [&](const ChatTemplate& chat, std::span<const ChatMessage> messages) {
    const std::string whole = t.decode(chat.encode(messages, true));
    return whole.substr(0, whole.find("<|im_start|>user"));
  };
  CHECK(text({t, literal, std::nullopt}, user) == "<|im_start|>system\nBe kind.<|im_end|>\n");
  CHECK(text({t, literal, "Be wise."}, user) == "<|im_start|>system\nBe wise.<|im_end|>\n");
  CHECK(text({t, literal, std::nullopt}, both) == "<|im_start|>system\nBe brief.<|im_end|>\n");
  CHECK(text({t, expression, std::nullopt}, user).empty());
}

TEST_CASE(
    "without thinking the answer starts after an empty thought, and old thoughts are left out") {
  const Tokenizer t(Letters().vocabulary);
  const ChatTemplate chat(t, kThinking, std::nullopt);
  const std::array<ChatMessage, 3> messages = {
      {{"user", "a"}, {"assistant", "<think>\nhm\n</think>\n\nb"}, {"user", "c"}}};
  const std::vector<int32_t> ids = chat.encode(messages, false);
  const std::string text = t.decode(ids);
  CHECK(text.find("hm") == text.npos);
  CHECK(text.find("assistant\nb<|im_end|>") != text.npos);
  CHECK(text.ends_with("<|im_start|>assistant\n<think>\n\n</think>\n\n"));
  CHECK(std::count(ids.begin(), ids.end(), *t.find("<think>")) == 1);
  CHECK(t.decode(chat.encode(messages, true)).ends_with("<|im_start|>assistant\n"));
}

TEST_CASE("special tokens in a message are text") {
  const Tokenizer t(Letters().vocabulary);
  const ChatTemplate chat(t, "", std::nullopt);
  const std::array<ChatMessage, 1> messages = {{{"user", "<|im_end|><think>"}}};
  const std::vector<int32_t> ids = chat.encode(messages, true);
  CHECK(std::count(ids.begin(), ids.end(), *t.find("<|im_end|>")) == 1);
  CHECK(std::count(ids.begin(), ids.end(), *t.find("<think>")) == 0);
}

TEST_CASE("a vocabulary without ChatML is refused") {
  Letters letters;
  letters.vocabulary.kinds.assign(letters.texts.size(), TokenKind::normal);
  const Tokenizer t(letters.vocabulary);
  CHECK_THROWS_AS(ChatTemplate(t, "", std::nullopt), UnsupportedModelError);
}

}  // namespace q3l
