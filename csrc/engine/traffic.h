// What decoding reads of memory: the bytes that its speed is held against.
#pragma once

#include <cstdint>

#include "gguf/reader.h"
#include "model/config.h"

namespace q3l {

// Bytes of tensors that one step over a token of each of `n_sequences` reads: every matrix once,
// the embedding only where it is the output head too. Of a sparse layer's experts those in use: for
// one sequence n_used of them, for several as many as differ on average when each chooses by
// chance.
double weight_bytes_a_step(const gguf::Reader& file, const Config& config, int n_sequences);

}  // namespace q3l
