// What prompts need to know of a model file: its template, its recommended sampling, how a text
// begins.
#pragma once

#include "engine/engine.h"
#include "sampler/sampler.h"
#include "tokenizer/chat_template.h"

namespace q3l {

// Throws UnsupportedModelError when the model has no ChatML tokens.
ChatTemplate read_chat_template(const Engine& engine);

// A text that the model is to go on with, outside of any conversation: control tokens in it count,
// and it begins as the model's texts do.
std::vector<int32_t> encode_bare(const Tokenizer& tokenizer, std::string_view text);

// What chats use where the model's file recommends nothing else.
inline const SamplerParams kChatSampling{.temperature = 0.6f, .top_k = 20, .top_p = 0.95f};

// The sampling that the file recommends; `otherwise` where it says nothing.
SamplerParams read_sampling(const gguf::Reader& file, const SamplerParams& otherwise);

}  // namespace q3l
