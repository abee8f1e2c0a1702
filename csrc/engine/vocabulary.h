// What a GGUF file says about its tokenizer, read in place.
// REQUIRES: the Reader outlives the Vocabulary.
#pragma once

#include "gguf/reader.h"
#include "tokenizer/tokenizer.h"

namespace q3l {

// Throws ModelFormatError when a key of the tokenizer is missing or of a wrong type.
Vocabulary read_vocabulary(const gguf::Reader& file);

}  // namespace q3l
