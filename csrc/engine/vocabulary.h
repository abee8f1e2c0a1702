// What a GGUF file says about its tokenizer, read in place.
// REQUIRES: the Reader outlives the Vocabulary.
#pragma once

#include "gguf/reader.h"
#include "tokenizer/tokenizer.h"

namespace q3l {

// Throws ModelFormatError when tokenizer.ggml.model is missing or a key has a wrong type. Other
// missing keys leave their fields empty: the Tokenizer says which of them it cannot do without.
Vocabulary read_vocabulary(const gguf::Reader& file);

}  // namespace q3l
