// GPT-2's alphabet, in which vocabularies are written: every byte is one printable character.
#pragma once

#include <string_view>

namespace q3l {

// Writes the bytes that `text` stands for to `out` and returns their end; nullptr when `text` holds
// a character outside the alphabet. REQUIRES: out has room for text.size() bytes.
char* decode_byte_alphabet(std::string_view text, char* out);

}  // namespace q3l
