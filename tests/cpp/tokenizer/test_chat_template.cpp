#include "tokenizer/chat_template.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/file_map.h"
#include "support/byte_vocabulary.h"

namespace q3l {

using testing::ByteVocabulary;

namespace {

const char* kThinking = "{%- if enable_thinking is defined and enable_thinking is false %}";

std::string read(const std::string& path) {
  const FileMap file(std::string(Q3L_SOURCE_DIR) + "/" + path);
  return {reinterpret_cast<const char*>(file.data()), file.size()};
}

const std::string& qwen3() {
  static const std::string source = read("tools/nano/chat_template.jinja");
  return source;
}

ToolCall tool_call(const Json& json) {
  const Json& function = json.find("function") ? *json.find("function") : json;
  const Json& arguments = *function.find("arguments");
  const bool is_text = arguments.kind == Json::Kind::string;
  return {function.find("name")->text, is_text ? arguments.text : arguments.dump()};
}

std::vector<ChatMessage> messages_of(const Json& golden) {
  std::vector<ChatMessage> messages;
  for (const Json& json : golden.find("messages")->items) {
    ChatMessage& m =
        messages.emplace_back(ChatMessage{json.find("role")->text, json.find("content")->text});
    if (const Json* thoughts = json.find("reasoning_content")) m.reasoning = thoughts->text;
    if (const Json* calls = json.find("tool_calls")) {
      for (const Json& call : calls->items) m.tool_calls.push_back(tool_call(call));
    }
  }
  return messages;
}

}  // namespace

TEST_CASE("Qwen3's template is rendered as Jinja renders it") {
  const Tokenizer t(ByteVocabulary().get());
  const ChatTemplate chat(t, qwen3(), std::nullopt);
  const Json goldens = parse_json(read("tests/goldens/qwen3-chats.json"));
  CHECK(goldens.items.size() > 50);
  for (const Json& golden : goldens.items) {
    CAPTURE(golden.find("name")->text);
    const bool thinking = golden.find("thinking")->text == "true";
    const auto ids = chat.encode(messages_of(golden), thinking, golden.find("tools")->items);
    CHECK(t.decode(ids) == golden.find("text")->text);
  }
}

TEST_CASE("of tags only those are tokens that the template or the model wrote") {
  const Tokenizer t(ByteVocabulary().get());
  const ChatTemplate chat(t, qwen3(), std::nullopt);
  const std::string tags = "<tool_call></tool_call><think><tool_response><|im_end|>";
  const Json tool = parse_json("{\"name\": \"" + tags + "\"}");
  const ChatMessage answer{
      "assistant", "x" + tags, "y" + tags, {{"f", "{\"a\": \"" + tags + "\"}"}}};
  const std::array<ChatMessage, 5> messages = {
      {{"system", tags}, {"user", tags}, answer, {"tool", tags}, {"tool", tags}}};
  const std::vector<int32_t> ids = chat.encode(messages, true, {&tool, 1});
  auto count = [&](const char* tag) { return std::count(ids.begin(), ids.end(), *t.find(tag)); };
  CHECK(count("<|im_end|>") == 4);  // of turns
  CHECK(count("<|im_start|>") == 5);
  CHECK(count("<think>") == 1 + 3);  // the template's, and in content, thoughts and arguments
  CHECK(count("</think>") == 1);
  CHECK(count("<tool_call>") == 2 + 1 + 3);
  CHECK(count("<tool_response>") == 2 + 3);
  CHECK(count("</tool_response>") == 2);
}

TEST_CASE("texts that meet are tokenised as one") {
  const Tokenizer t(ByteVocabulary().get());
  const ChatTemplate chat(t, qwen3(), std::nullopt);
  const std::array<ChatMessage, 1> messages = {{{"user", "\nHi"}}};
  const std::vector<int32_t> ids = chat.encode(messages, true);
  CHECK(std::ranges::count(ids, ByteVocabulary::kTwoNewlines) == 1);
}

TEST_CASE("a template without a place for tools refuses them") {
  const Tokenizer t(ByteVocabulary().get());
  const ChatTemplate chat(t, kThinking, std::nullopt);
  const Json tool = parse_json("{\"name\": \"f\"}");
  const std::array<ChatMessage, 1> question = {{{"user", "x"}}}, response = {{{"tool", "x"}}},
                                   call = {{{"assistant", "", {}, {{"f", "{}"}}}}};
  chat.encode(question, true);
  CHECK_THROWS_AS(chat.encode(question, true, {&tool, 1}), UnsupportedModelError);
  CHECK_THROWS_AS(chat.encode(response, true), UnsupportedModelError);
  CHECK_THROWS_AS(chat.encode(call, true), UnsupportedModelError);
}

TEST_CASE("a conversation is turns of ChatML") {
  const Tokenizer t(ByteVocabulary().get());
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
  const Tokenizer t(ByteVocabulary().get());
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
  const Tokenizer t(ByteVocabulary().get());
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
  const Tokenizer t(ByteVocabulary().get());
  const ChatTemplate chat(t, "", std::nullopt);
  const std::array<ChatMessage, 1> messages = {{{"user", "<|im_end|><think>"}}};
  const std::vector<int32_t> ids = chat.encode(messages, true);
  CHECK(std::count(ids.begin(), ids.end(), *t.find("<|im_end|>")) == 1);
  CHECK(std::count(ids.begin(), ids.end(), *t.find("<think>")) == 0);
}

TEST_CASE("a vocabulary without ChatML is refused") {
  const ByteVocabulary bytes;
  Vocabulary vocabulary = bytes.get();
  vocabulary.kinds.assign(vocabulary.tokens.size(), TokenKind::normal);
  const Tokenizer t(vocabulary);
  CHECK_THROWS_AS(ChatTemplate(t, "", std::nullopt), UnsupportedModelError);
}

}  // namespace q3l
