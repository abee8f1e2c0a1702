#include "tokenizer/byte_alphabet.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace q3l {

namespace {

// Printable Latin-1 stands for itself, the 68 other bytes are U+0100 and up in ascending order.
constexpr uint32_t kAlphabetEnd = 0x144;

constexpr std::array<int16_t, kAlphabetEnd> byte_by_code_point() {
  std::array<int16_t, kAlphabetEnd> bytes{};
  size_t next = 0x100;
  for (size_t b = 0; b < 256; ++b) {
    const bool printable = (b >= 0x21 && b <= 0x7e) || (b >= 0xa1 && b != 0xad);
    if (!printable) bytes[b] = -1;
    bytes[printable ? b : next++] = static_cast<int16_t>(b);
  }
  return bytes;
}
constexpr auto kBytes = byte_by_code_point();

}  // namespace

char* decode_byte_alphabet(std::string_view text, char* out) {
  for (const char *p = text.data(), *end = p + text.size(); p < end; ++p) {
    uint32_t code = static_cast<uint8_t>(*p);
    if (code >= 0x80) {
      // Two bytes of UTF-8 reach past the end of the alphabet, so longer ones need no reading.
      if (code < 0xc2 || code > 0xc5 || end - p < 2) return nullptr;
      const uint32_t tail = static_cast<uint8_t>(*++p) ^ 0x80u;
      code = (code & 0x1f) << 6 | tail;
      if (tail >= 0x40 || code >= kAlphabetEnd) return nullptr;
    }
    if (kBytes[code] < 0) return nullptr;
    *out++ = static_cast<char>(kBytes[code]);
  }
  return out;
}

}  // namespace q3l
