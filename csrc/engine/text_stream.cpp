#include "engine/text_stream.h"

#include <algorithm>
#include <utility>

#include "base/utf8.h"

namespace q3l {

namespace {

// Bytes of `text` before a last character that is not complete yet.
size_t complete_prefix(const std::string& text) {
  const size_t n = text.size();
  for (size_t back = 1; back <= std::min<size_t>(3, n); ++back) {
    const auto byte = static_cast<uint8_t>(text[n - back]);
    if ((byte & 0xc0) == 0x80) continue;  // a continuation: its lead byte is further ahead
    const size_t length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? n - back : n;
  }
  return n;
}

std::string well_formed(const std::string& text) {
  std::string storage;
  return std::string(to_valid_utf8(text, storage));
}

}  // namespace

TextStream::TextStream(const Tokenizer& tokenizer, std::vector<std::string> stops)
    : tokenizer_(tokenizer), stops_(std::move(stops)) {
  std::erase(stops_, std::string());
}

std::string TextStream::push(int32_t token) {
  held_ += tokenizer_.piece(token);
  for (const std::string& stop : stops_) {
    if (size_t at = held_.find(stop); at != std::string::npos) {
      stopped_ = true;
      held_.resize(at);
    }
  }
  if (stopped_) return {};
  size_t ready = complete_prefix(held_);
  // The longest end of the text that may still grow into a stop string waits.
  for (const std::string& stop : stops_) {
    for (size_t n = std::min(stop.size() - 1, held_.size()); n > 0; --n) {
      if (held_.compare(held_.size() - n, n, stop, 0, n) == 0) {
        ready = std::min(ready, held_.size() - n);
        break;
      }
    }
  }
  std::string piece = held_.substr(0, ready);
  held_.erase(0, ready);
  return well_formed(piece);
}

std::string TextStream::finish() {
  return well_formed(std::exchange(held_, {}));
}

}  // namespace q3l
