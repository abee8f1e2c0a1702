#include "engine/chat.h"

#include "base/error.h"

namespace q3l {

ChatTemplate read_chat_template(const Engine& engine) {
  const gguf::Reader& file = engine.file();
  return ChatTemplate(engine.tokenizer(), file.get_string("tokenizer.chat_template").value_or(""),
                      file.get_string("q3l.chat.default_system"));
}

std::vector<int32_t> encode_bare(const Tokenizer& tokenizer, std::string_view text) {
  std::vector<int32_t> ids = tokenizer.encode(text, true);
  if (auto bos = tokenizer.bos(); bos && tokenizer.add_bos()) ids.insert(ids.begin(), *bos);
  return ids;
}

SamplerParams read_sampling(const gguf::Reader& file, const SamplerParams& otherwise) {
  const auto temperature = file.get_float("general.sampling.temp");
  if (!temperature) return otherwise;
  SamplerParams params;
  params.temperature = static_cast<float>(*temperature);
  const double top_k = file.get_float("general.sampling.top_k").value_or(0);
  if (!(top_k >= 0 && top_k < 1 << 30)) {
    throw ModelFormatError(file.path() + ": general.sampling.top_k is no number of tokens");
  }
  params.top_k = static_cast<int>(top_k);
  params.top_p = static_cast<float>(file.get_float("general.sampling.top_p").value_or(1));
  params.min_p = static_cast<float>(file.get_float("general.sampling.min_p").value_or(0));
  params.repetition_penalty =
      static_cast<float>(file.get_float("general.sampling.penalty_repeat").value_or(1));
  return params;
}

}  // namespace q3l
