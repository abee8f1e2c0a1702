#include "capi/model.h"

#include <algorithm>
#include <limits>

#include "capi/border.h"

using namespace q3l;
using capi::guarded;
using capi::require;

namespace {

q3l_options default_options() {
  const EngineOptions options;
  return {.size = sizeof(q3l_options),
          .n_threads = options.n_threads,
          .n_ctx = options.n_ctx,
          .kv_type = name_of(options.kv_type),
          .kv_bytes = options.kv_bytes,
          .prompt_chunk = options.prompt_chunk};
}

EngineOptions engine_options(const q3l_options& options) {
  require(options.kv_type, "q3l_options.kv_type");
  const auto kv_type = find_kv_type(options.kv_type);
  if (!kv_type) {
    throw InvalidArgumentError("there is no kv_type " + quoted(options.kv_type) + "; say " +
                               kKvTypeNames);
  }
  EngineOptions out;
  out.n_threads = options.n_threads;
  out.n_ctx = options.n_ctx;
  out.kv_type = *kv_type;
  out.kv_bytes = options.kv_bytes;
  out.prompt_chunk = options.prompt_chunk;
  return out;
}

}  // namespace

q3l_params capi::default_params(const SamplerParams& sampling) {
  return {.size = sizeof(q3l_params),
          .max_tokens = std::numeric_limits<int>::max(),
          .temperature = sampling.temperature,
          .top_k = sampling.top_k,
          .top_p = sampling.top_p,
          .min_p = sampling.min_p,
          .repetition_penalty = sampling.repetition_penalty,
          .seed = sampling.seed,
          .thinking = 0,
          .slide = 0,
          .stop = nullptr,
          .n_stop = 0};
}

extern "C" {

const char* q3l_version(void) {
  return Q3L_VERSION;
}

const char* q3l_last_error(void) {
  return capi::last_error();
}

void q3l_options_init(q3l_options* options, size_t size) {
  capi::initialise(options, size, default_options());
}

void q3l_params_init(const q3l_model* model, q3l_params* params, size_t size) {
  capi::initialise(params, size, capi::default_params(model ? model->sampling : kChatSampling));
}

q3l_status q3l_open(const char* path, const q3l_options* options, q3l_model** model) {
  return guarded([&] {
    require(model, "model");
    *model = nullptr;
    require(path, "path");
    const q3l_options chosen = options ? capi::given(*options, "q3l_options") : default_options();
    auto engine = std::make_shared<Engine>(path, engine_options(chosen));
    SamplerParams sampling = read_sampling(engine->file(), kChatSampling);
    *model = new q3l_model{std::move(engine), std::move(sampling)};
  });
}

void q3l_close(q3l_model* model) {
  delete model;
}

int q3l_n_ctx(const q3l_model* model) {
  return model->engine->executor().n_ctx();
}

int q3l_n_vocab(const q3l_model* model) {
  return model->engine->config().n_vocab;
}

const char* q3l_name(const q3l_model* model) {
  return model->engine->config().name.c_str();
}

q3l_status q3l_tokenize(const q3l_model* model, const char* text, int special, int32_t* tokens,
                        size_t capacity, size_t* n) {
  return guarded([&] {
    require(model, "model");
    require(text, "text");
    require(n, "n");
    if (capacity > 0) require(tokens, "tokens");
    const std::vector<int32_t> ids = model->engine->tokenizer().encode(text, special != 0);
    std::copy_n(ids.begin(), std::min(ids.size(), capacity), tokens);
    *n = ids.size();
  });
}

q3l_status q3l_detokenize(const q3l_model* model, const int32_t* tokens, size_t n, char* text,
                          size_t capacity, size_t* length) {
  return guarded([&] {
    require(model, "model");
    if (n > 0) require(tokens, "tokens");
    require(length, "length");
    if (capacity > 0) require(text, "text");
    const Tokenizer& tokenizer = model->engine->tokenizer();
    for (int32_t id : std::span(tokens, n)) {
      if (id < 0 || id >= tokenizer.n_vocab()) {
        throw InvalidArgumentError("there is no token " + std::to_string(id) + "; ids are below " +
                                   std::to_string(tokenizer.n_vocab()));
      }
    }
    const std::string all = tokenizer.decode({tokens, n});
    if (capacity > 0) text[all.copy(text, capacity - 1)] = '\0';
    *length = all.size();
  });
}

q3l_status q3l_load_experts(q3l_model* model, const char* path, int top_k, int* id) {
  return guarded([&] {
    require(model, "model");
    require(path, "path");
    require(id, "id");
    *id = model->engine->experts().load(path, top_k == 0 ? std::nullopt : std::optional(top_k));
  });
}

q3l_status q3l_unload_experts(q3l_model* model, int id) {
  return guarded([&] {
    require(model, "model");
    model->engine->experts().unload(id);
  });
}

}  // extern "C"
