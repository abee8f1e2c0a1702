#include "base/json.h"

#include <doctest/doctest.h>

#include "base/error.h"

namespace q3l {

namespace {

std::string again(std::string_view text) {
  return parse_json(text).dump();
}

std::string failure(std::string_view text) {
  try {
    parse_json(text);
  } catch (const InvalidArgumentError& error) {
    return error.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("what is read is written as Python's json.dumps writes it") {
  CHECK(again("{\"b\" :1,\r\n\t\"a\":[ ],\"c\":{ } }") == R"({"b": 1, "a": [], "c": {}})");
  CHECK(again("[1.50,-0,1E+05,12345678901234567890]") == "[1.50, -0, 1E+05, 12345678901234567890]");
  CHECK(again("[true,false,null]") == "[true, false, null]");
  CHECK(again(R"("\u4f60\u597d \ud83d\ude00 \/ \u0041")") == "\"你好 😀 / A\"");
  CHECK(again(R"("\"\\\b\f\n\r\t\u0001\u007f")") == "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\x7f\"");
  CHECK(again(R"(["\ud83d", "\ude00", "\ud83d\u0041", "\ud83d\ud83d\ude00"])") ==
        "[\"\uFFFD\", \"\uFFFD\", \"\uFFFDA\", \"\uFFFD😀\"]");
}

TEST_CASE("of two items of one name the last counts, in the first one's place") {
  CHECK(again(R"({"a": 1, "b": 2, "a": 3})") == R"({"a": 3, "b": 2})");
}

TEST_CASE("items are found by name") {
  const Json json = parse_json(R"({"a": {"b": "c"}})");
  REQUIRE(json.find("a"));
  CHECK(json.find("a")->find("b")->text == "c");
  CHECK(!json.find("b"));
  CHECK(!parse_json("[]").find("a"));
}

TEST_CASE("what is no JSON is refused where it stops being some") {
  CHECK(failure("[1,\n 2,\n  ]") == "line 3, column 3: JSON needs a value here");
  CHECK(failure("{\"a\" 1}") == "line 1, column 6: JSON needs ':' here");
  CHECK(failure("{\"a\": 1,}") == "line 1, column 9: JSON needs a key in double quotes here");
  for (const char* bad :
       {"",        " ",           "[",      "[1",       "[1 2]",    "{",
        "{\"a\"}", "{\"a\":}",    "{a: 1}", "{'a': 1}", "[1,]",     "tru",
        "True",    "NaN",         "01",     "-",        "1.",       ".5",
        "1e",      "1e+",         "+1",     "0x1",      "\"",       "\"\\",
        "\"\\x\"", "\"\\u12g4\"", "\"\n\"", "[] []",    "\"\xff\"", "\"\xed\xa0\x80\""}) {
    CAPTURE(bad);
    CHECK(failure(bad) != "none");
  }
}

TEST_CASE("values may lie in one another as deep as kMostJsonDepth") {
  auto nested = [](int n) {
    const auto size = static_cast<size_t>(n);
    return std::string(size, '[') + std::string(size, ']');
  };
  CHECK(again(nested(kMostJsonDepth)) == nested(kMostJsonDepth));
  CHECK(failure(nested(kMostJsonDepth + 1)).find("64 levels") != std::string::npos);
  CHECK(failure(std::string(1 << 20, '[')).find("64 levels") != std::string::npos);
}

TEST_CASE("objects are put together from text") {
  CHECK(JsonObject().add("a", 1.5).add_string("b", "x\n").add("c", "[]").text() ==
        R"({"a": 1.5, "b": "x\n", "c": []})");
}

}  // namespace q3l
