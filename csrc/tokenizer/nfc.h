// Unicode normalisation form C, equal to that of Hugging Face `tokenizers` on every string.
#pragma once

#include <string>
#include <string_view>

namespace q3l {

// NFC of `text`: text itself, at the cost of a scan, unless the scan meets something that might
// have to change; then a copy in `storage`, normalised there and nowhere else. REQUIRES: text is
// well-formed UTF-8.
std::string_view to_nfc(std::string_view text, std::string& storage);

}  // namespace q3l
