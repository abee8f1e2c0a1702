// What chatting needs to know of a model file: its template and its recommended sampling.
#pragma once

#include "engine/engine.h"
#include "sampler/sampler.h"
#include "tokenizer/chat_template.h"

namespace q3l {

// Throws UnsupportedModelError when the model has no ChatML tokens.
ChatTemplate read_chat_template(const Engine& engine);

// What chats use where the model's file recommends nothing else.
inline const SamplerParams kChatSampling{.temperature = 0.6f, .top_k = 20, .top_p = 0.95f};

// The sampling that the file recommends; `otherwise` where it says nothing.
SamplerParams read_sampling(const gguf::Reader& file, const SamplerParams& otherwise);

}  // namespace q3l
