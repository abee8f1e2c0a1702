// Of what tells model files apart without reading their weights: each part's header, as it lies on
// disk, and each tensor's first bytes, in the file's order. Maps no pages of the weights.
#pragma once

#include "gguf/reader.h"

namespace q3l::gguf {

// Throws FileError.
uint64_t checksum(const Reader& file);

}  // namespace q3l::gguf
