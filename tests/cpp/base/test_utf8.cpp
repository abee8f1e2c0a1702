#include "base/utf8.h"

#include <doctest/doctest.h>

namespace q3l {

namespace {

std::string repaired(std::string_view text) {
  std::string storage;
  return std::string(to_valid_utf8(text, storage));
}

}  // namespace

TEST_CASE("well-formed text is returned as it is") {
  const std::string text = "plain, \xc3\xa9, \xe4\xb8\xad, \xf0\x9f\x98\x80, \xf4\x8f\xbf\xbf";
  std::string storage;
  CHECK(to_valid_utf8(text, storage).data() == text.data());
  CHECK(is_valid_utf8(text));
  CHECK(is_valid_utf8(""));
}

TEST_CASE("every maximal ill-formed subpart becomes one U+FFFD") {
  const std::string bad = "\xef\xbf\xbd";
  CHECK(repaired("a\x80z") == "a" + bad + "z");
  CHECK(repaired("\xc0\xaf") == bad + bad);                      // overlong
  CHECK(repaired("\xed\xa0\x80") == bad + bad + bad);            // a surrogate
  CHECK(repaired("\xf4\x90\x80\x80") == bad + bad + bad + bad);  // past U+10FFFF
  CHECK(repaired("\xf0\x9f\x98z") == bad + "z");                 // cut after three of four
  CHECK(repaired("\xe4\xb8") == bad);                            // cut by the end
  CHECK(repaired("\xe4\xb8\xe4\xb8\xad") == bad + "\xe4\xb8\xad");
}

TEST_CASE("characters survive a round trip") {
  for (uint32_t code : {0u, 0x7fu, 0x80u, 0x7ffu, 0x800u, 0xd7ffu, 0xffffu, 0x10000u, 0x10ffffu}) {
    std::string text;
    append_char(text, code);
    const Char c = decode_char(text.data());
    CHECK(c.code == code);
    CHECK(static_cast<size_t>(c.length) == text.size());
  }
}

}  // namespace q3l
