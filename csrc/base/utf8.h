// UTF-8: reading characters of text known to be well-formed, and making any text well-formed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace q3l {

struct Char {
  uint32_t code;
  int length;  // in bytes
};

// REQUIRES: p points at a character of well-formed UTF-8.
inline Char decode_char(const char* p) {
  auto byte = [p](int i) { return static_cast<uint32_t>(static_cast<uint8_t>(p[i])); };
  const uint32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  if (lead < 0xe0) return {(lead & 0x1f) << 6 | (byte(1) & 0x3f), 2};
  if (lead < 0xf0) return {(lead & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f), 3};
  return {(lead & 0x07) << 18 | (byte(1) & 0x3f) << 12 | (byte(2) & 0x3f) << 6 | (byte(3) & 0x3f),
          4};
}

// REQUIRES: code <= 0x10ffff.
void append_char(std::string& out, uint32_t code);

// How many bytes at p, which is before end, are ASCII; found eight at a time.
size_t ascii_prefix(const char* p, const char* end);

bool is_valid_utf8(std::string_view text);

// `text` itself when it is well-formed; else a copy in `storage` in which every maximal ill-formed
// subpart (Unicode 16.0, section 3.9) is U+FFFD, as Rust's from_utf8_lossy and Python's "replace".
std::string_view to_valid_utf8(std::string_view text, std::string& storage);

}  // namespace q3l
