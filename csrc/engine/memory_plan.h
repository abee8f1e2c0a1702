// The memory that a model will take, known before it is opened.
#pragma once

#include <cstdint>

#include "engine/options.h"
#include "gguf/reader.h"
#include "model/config.h"

namespace q3l {

struct MemoryPlan {
  uint64_t file_bytes;   // mapped: what is not used is not there, and processes share it
  uint64_t cache_bytes;  // keys and values of one sequence of n_ctx positions
  uint64_t work_bytes;   // of the largest step, the tokenizer, and what threads need

  uint64_t total() const { return file_bytes + cache_bytes + work_bytes; }
};

// For one sequence at a time; `config` is the file's.
MemoryPlan plan_memory(const gguf::Reader& file, const Config& config,
                       const EngineOptions& options);

}  // namespace q3l
