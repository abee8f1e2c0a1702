// The automaton against the parser: it takes what is JSON, byte by byte, and nothing else.
#include "engine/json_automaton.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "base/error.h"
#include "base/json.h"

namespace q3l {

namespace {

enum class Verdict { refused, begun, complete };

// Of an object's text behind its '{'.
Verdict verdict(std::string_view text) {
  JsonAutomaton automaton;
  for (char c : text) {
    if (!automaton.advance(static_cast<uint8_t>(c))) return Verdict::refused;
  }
  return automaton.is_complete() ? Verdict::complete : Verdict::begun;
}

bool is_object(const std::string& text) {
  try {
    return parse_json(text).kind == Json::Kind::object;
  } catch (const InvalidArgumentError&) {
    return false;
  }
}

// Bytes that make most of JSON, and some that break it.
std::string random_text(std::mt19937& random) {
  constexpr std::string_view kParts[] = {"{",       "}",       "[",     "]",  ",",   ":",     "\"",
                                         "\"a\"",   "\"k\": ", "\"é\"", "\\", "\\n", "u",     "00",
                                         "\\u00e9", "0",       "1",     "-",  "1.5", "e",     "E+7",
                                         ".",       "true",    "null",  "fa", " ",   "\n",    "😀",
                                         "\t",      "\x01",    "\xc3",  "x",  "{}",  "[1, 2]"};
  std::string text;
  for (size_t n = random() % 8; n > 0; --n) text += kParts[random() % std::size(kParts)];
  return text + "}";
}

}  // namespace

TEST_CASE("arguments are well-formed JSON") {
  for (const char* good :
       {"}", " \n\t\r}", "\"a\": 1}", "\"a\":-0.5e+10,\"b\":[]}",
        "\"\": {\"x\": [1, [2, {}], null]}}", "\"a\": [true, false, null]}",
        "\"q\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00eF\": \"\"}", "\"城市\": \"北京 😀\"}", "\"a\": 0}",
        "\"a\": 10 , \"b\" : 2E5 }", "\"a\": \"\\ud800\"}"}) {
    CAPTURE(good);
    CHECK(verdict(good) == Verdict::complete);
    CHECK(is_object("{" + std::string(good)));
  }
  for (const char* bad :
       {",",           "]",           "a",           "1",           "\"a\"}",      "\"a\":}",
        "\"a\": 1,}",  "\"a\": 1 2",  "\"a\": 01",   "\"a\": +1",   "\"a\": 1.}",  "\"a\": .5",
        "\"a\": -}",   "\"a\": 1e}",  "\"a\": 1.2.", "\"a\": 1e5.", "\"a\": tru}", "\"a\": nul,",
        "\"a\": True", "\"a\": [1,]", "\"a\": [}",   "\"a\": {]",   "\"a\": [1}",  "\"\n",
        "\"\\x",       "\"\\u12g",    "\"\xff",      "\"\xc3\"",    "\"\xc0\x80",  "\"\xed\xa0\x80",
        "\"\xf4\x90",  "\"\xe0\x80",  "}}",          "} "}) {
    CAPTURE(bad);
    CHECK(verdict(bad) == Verdict::refused);
  }
}

TEST_CASE("a text is begun as long as more could make it well-formed") {
  const std::string text = "\"k\\u0041é😀\": [-1.5e-3, {\"t\": true}, \"\"], \"n\": null}";
  for (size_t n = 0; n < text.size(); ++n) CHECK(verdict(text.substr(0, n)) == Verdict::begun);
  CHECK(verdict(text) == Verdict::complete);
}

TEST_CASE("it says the same as the parser of random texts") {
  std::mt19937 random(7);
  int n_good = 0;
  for (int i = 0; i < 200'000; ++i) {
    const std::string text = random_text(random);
    const bool is_good = verdict(text) == Verdict::complete;
    n_good += is_good;
    if (is_good != is_object("{" + text)) FAIL_CHECK(text);
  }
  CHECK(n_good > 5'000);
}

TEST_CASE("levels and blanks have an end") {
  const std::string most(kMostJsonDepth - 2, '[');  // arguments are a level of a call
  CHECK(verdict("\"a\": " + most) == Verdict::begun);
  CHECK(verdict("\"a\": " + most + "[") == Verdict::refused);
  CHECK(verdict("\"a\": " + most + std::string(kMostJsonDepth - 2, ']') + "}") ==
        Verdict::complete);
  const std::string blanks(JsonAutomaton::kMostBlanks, ' ');
  CHECK(verdict(blanks + "\"a\":" + blanks + "1" + blanks + "}") == Verdict::complete);
  CHECK(verdict(blanks + " ") == Verdict::refused);
}

}  // namespace q3l
