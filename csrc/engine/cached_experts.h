// A cache for the experts of a file that memory has no room for.
#pragma once

#include <memory>

#include "experts/expert_cache.h"
#include "gguf/reader.h"
#include "model/transformer.h"

namespace q3l {

// Has the model's layers take their experts from a cache of so many bytes. Throws
// InvalidArgumentError for a model without experts, or a budget that holds none. REQUIRES: the
// model computes nothing once the cache is gone.
std::unique_ptr<ExpertCache> cache_experts(const gguf::Reader& file, Transformer& model,
                                           uint64_t bytes);

}  // namespace q3l
