// Unicode normalisation form C, equal to that of Hugging Face `tokenizers` on every string.
#pragma once

#include <string>
#include <string_view>

namespace q3l {

// `text` itself when it is in NFC already, which costs one scan; else its NFC, kept in `storage`.
// REQUIRES: text is well-formed UTF-8.
std::string_view to_nfc(std::string_view text, std::string& storage);

}  // namespace q3l
