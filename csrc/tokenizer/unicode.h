// Classes of characters, as bits (unicode_tables.h), for splitting and normalising text.
#pragma once

#include "base/utf8.h"
#include "tokenizer/unicode_tables.h"

namespace q3l {

inline uint8_t char_class(uint32_t code) {
  const uint32_t block = code >> kBlockShift;
  if (block >= kClassIndexSize) return 0;
  return kClassBlocks[kClassIndex[block] << kBlockShift | (code & ((1u << kBlockShift) - 1))];
}

struct ClassedChar {
  uint8_t bits;
  int length;  // in bytes
};

// REQUIRES: p points at a character of well-formed UTF-8.
inline ClassedChar classify(const char* p) {
  const auto byte = static_cast<uint8_t>(*p);
  if (byte < 0x80) return {kClassBlocks[byte], 1};
  const Char c = decode_char(p);
  return {char_class(c.code), c.length};
}

}  // namespace q3l
