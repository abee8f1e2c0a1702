#include "engine/text_stream.h"

#include <doctest/doctest.h>

namespace q3l {

namespace {

// Tokens: the bytes of an emoji, a text of several characters, letters.
Tokenizer pieces() {
  Vocabulary v;
  v.file = "pieces.gguf";
  v.model = "gpt2";
  v.pre = "gpt-2";
  // U+1F600 is f0 9f 98 80; in the byte alphabet those bytes are U+00F0, U+0141, U+013A, U+0122.
  v.tokens = {"\xc3\xb0", "\xc5\x81", "\xc4\xba", "\xc4\xa2", "one", "STOP",
              "ST",       "OP",       "a",        "b",        "ab"};
  v.merges = {"a b"};
  return Tokenizer(v);
}

enum Token : int32_t { f0, b9f, b98, b80, one, stop, st, op };

std::vector<std::string> push_all(TextStream& stream, std::initializer_list<int32_t> tokens) {
  std::vector<std::string> out;
  for (int32_t token : tokens) out.push_back(stream.push(token));
  return out;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a character comes whole") {
  const Tokenizer t = pieces();
  TextStream stream(t, {});
  CHECK(push_all(stream, {one, f0, b9f, b98, b80, one}) ==
        Texts{"one", "", "", "", "\xf0\x9f\x98\x80", "one"});
  CHECK(stream.finish().empty());
}

TEST_CASE("an incomplete or broken character becomes U+FFFD") {
  const Tokenizer t = pieces();
  TextStream stream(t, {});
  CHECK(push_all(stream, {one, f0, b9f}) == Texts{"one", "", ""});
  CHECK(stream.finish() == "\xef\xbf\xbd");
  TextStream broken(t, {});
  CHECK(push_all(broken, {b9f, f0, one}) == Texts{"\xef\xbf\xbd", "", "\xef\xbf\xbdone"});
}

TEST_CASE("a stop string ends the text before it, also over token borders") {
  const Tokenizer t = pieces();
  TextStream whole(t, {"STOP"});
  CHECK(push_all(whole, {one, stop}) == Texts{"one", ""});
  CHECK(whole.stopped());
  TextStream split(t, {"", "STOP"});
  CHECK(push_all(split, {one, st}) == Texts{"one", ""});
  CHECK_FALSE(split.stopped());
  CHECK(split.push(op).empty());
  CHECK(split.stopped());
  CHECK(split.finish().empty());
}

TEST_CASE("what only looked like a stop string is given back") {
  const Tokenizer t = pieces();
  TextStream stream(t, {"STOP"});
  CHECK(push_all(stream, {st, one, st}) == Texts{"", "STone", ""});
  CHECK(stream.finish() == "ST");
  CHECK_FALSE(stream.stopped());
}

TEST_CASE("of several stop strings the first in the text counts") {
  const Tokenizer t = pieces();
  TextStream stream(t, {"OP", "eST"});
  CHECK(push_all(stream, {one, stop}) == Texts{"on", ""});
  CHECK(stream.stopped());
  CHECK(stream.finish().empty());
}

}  // namespace q3l
