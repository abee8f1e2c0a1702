// The memory that a model will take, known before it is opened, and what makes it take no more than
// a limit.
#pragma once

#include <cstdint>

#include "engine/options.h"
#include "gguf/reader.h"
#include "model/config.h"

namespace q3l {

struct MemoryPlan {
  uint64_t file_bytes;    // mapped: what is not used is not there, and processes share it
  uint64_t cache_bytes;   // keys and values of one sequence of n_ctx positions
  uint64_t work_bytes;    // of the largest step, the tokenizer, and what threads need
  uint64_t expert_bytes;  // the experts' cache, if there is one

  // What a limit is for: memory that the system cannot take back and read again from the file.
  uint64_t anonymous() const { return cache_bytes + work_bytes + expert_bytes; }
  uint64_t total() const { return file_bytes + anonymous(); }
};

// For one sequence at a time; `config` is the file's.
MemoryPlan plan_memory(const gguf::Reader& file, const Config& config,
                       const EngineOptions& options);

// Options that a caller asked for by value, and which therefore stay.
struct Asked {
  bool n_ctx = false, kv_type = false, max_draft = false;
};

// The options with context, type of the cache, and size of the steps such that anonymous memory
// stays below `limit` bytes. Contexts that were not asked for are at most `options.n_ctx`. Throws
// InvalidArgumentError that names the least limit that would do.
EngineOptions fit_memory(const gguf::Reader& file, const Config& config,
                         const EngineOptions& options, Asked asked, uint64_t limit);

}  // namespace q3l
