// Turns tokens into pieces of text that can be shown at once: a piece never splits a UTF-8
// character and never holds the beginning of a stop string.
#pragma once

#include <string>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace q3l {

class TextStream {
 public:
  TextStream(const Tokenizer& tokenizer, std::vector<std::string> stops);

  // Text that this token makes certain, possibly none.
  std::string push(int32_t token);
  // What was held back when the tokens end; an incomplete character becomes U+FFFD.
  std::string finish();
  bool stopped() const {
    return stopped_;
  }  // a stop string has been met; it is not part of the text

 private:
  const Tokenizer& tokenizer_;
  std::vector<std::string> stops_;
  std::string held_;
  bool stopped_ = false;
};

}  // namespace q3l
