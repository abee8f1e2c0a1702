#include "tokenizer/nfc.h"

#include <doctest/doctest.h>

#include "base/utf8.h"

namespace q3l {

namespace {

std::string utf8(std::u32string_view chars) {
  std::string text;
  for (char32_t c : chars) append_char(text, c);
  return text;
}

std::string nfc(std::u32string_view chars) {
  std::string storage;
  return std::string(to_nfc(utf8(chars), storage));
}

}  // namespace

TEST_CASE("text in NFC is returned as it is") {
  const std::string text = utf8(U"caf\u00e9 \u4e2d\uac01 \u05d1\u05bc \u0e01\u0e38\u0e48");
  std::string storage;
  CHECK(to_nfc(text, storage).data() == text.data());
}

TEST_CASE("marks are ordered, then composed") {
  CHECK(nfc(U"e\u0301") == utf8(U"\u00e9"));
  CHECK(nfc(U"a\u0301\u0323z") == utf8(U"\u1ea1\u0301z"));  // the lower class goes first
  CHECK(nfc(U"\u00e1\u0323") == utf8(U"\u1ea1\u0301"));     // what was composed opens again
  CHECK(nfc(U"a\u0328\u0301\u0301") == utf8(U"\u0105\u0301\u0301"));  // blocked by its own class
  CHECK(nfc(U"\u0301\u0323x") == utf8(U"\u0323\u0301x"));             // no character before them
  CHECK(nfc(U"\u0344") == utf8(U"\u0308\u0301"));                     // excluded from composition
  CHECK(nfc(U"\u212b\u2126") == utf8(U"\u00c5\u03a9"));               // singletons
}

TEST_CASE("Hangul composes by arithmetic") {
  CHECK(nfc(U"\u1100\u1161\u11a8") == utf8(U"\uac01"));
  CHECK(nfc(U"\uac00\u11a8\u11a8") == utf8(U"\uac01\u11a8"));
  CHECK(nfc(U"\uac01\u11a8") == utf8(U"\uac01\u11a8"));
  CHECK(nfc(U"\u1100\u1100\u1161") == utf8(U"\u1100\uac00"));
}

}  // namespace q3l
