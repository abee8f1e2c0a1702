#include "base/utf8.h"

#include <cstring>

namespace q3l {

namespace {

// Bytes of the well-formed character at p, or minus the bytes of the ill-formed subpart there.
int check_char(const char* p, const char* end) {
  auto byte = [p](int i) { return static_cast<uint8_t>(p[i]); };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return -1;
  const int length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  // The second byte's range keeps out overlong forms, surrogates and what lies past U+10FFFF.
  const uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (end - p < 2 || byte(1) < low || byte(1) > high) return -1;
  for (int i = 2; i < length; ++i) {
    if (end - p <= i || (byte(i) & 0xc0) != 0x80) return -i;
  }
  return length;
}

size_t valid_prefix(std::string_view text) {
  const char* p = text.data();
  const char* end = p + text.size();
  while (p < end) {
    p += ascii_prefix(p, end);
    int length = 0;
    while (p < end && (length = check_char(p, end)) > 1) p += length;
    if (length < 0) break;
  }
  return static_cast<size_t>(p - text.data());
}

}  // namespace

void append_char(std::string& out, uint32_t code) {
  auto tail = [&](int shift) { out += static_cast<char>(0x80 | (code >> shift & 0x3f)); };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | code >> 6);
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0 | code >> 12);
    tail(6), tail(0);
  } else {
    out += static_cast<char>(0xf0 | code >> 18);
    tail(12), tail(6), tail(0);
  }
}

size_t ascii_prefix(const char* p, const char* end) {
  const char* start = p;
  for (uint64_t chunk; end - p >= 8; p += 8) {
    std::memcpy(&chunk, p, 8);
    if (chunk & 0x8080808080808080) break;
  }
  while (p < end && static_cast<uint8_t>(*p) < 0x80) ++p;
  return static_cast<size_t>(p - start);
}

bool is_valid_utf8(std::string_view text) {
  return valid_prefix(text) == text.size();
}

std::string_view to_valid_utf8(std::string_view text, std::string& storage) {
  size_t valid = valid_prefix(text);
  if (valid == text.size()) return text;
  storage.clear();
  while (true) {
    storage.append(text.substr(0, valid));
    text.remove_prefix(valid);
    if (text.empty()) return storage;
    append_char(storage, 0xfffd);
    text.remove_prefix(static_cast<size_t>(-check_char(text.data(), text.data() + text.size())));
    valid = valid_prefix(text);
  }
}

}  // namespace q3l
