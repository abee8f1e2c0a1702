#include "engine/engine.h"

#include "base/error.h"
#include "engine/vocabulary.h"

namespace q3l {

namespace {

const EngineOptions& checked(const EngineOptions& options) {
  constexpr int kMaxThreads = 1024;
  if (options.n_threads < 0 || options.n_threads > kMaxThreads) {
    throw InvalidArgumentError("n_threads must be between 1 and " + std::to_string(kMaxThreads) +
                               ", or 0 for all cores");
  }
  if (options.n_ctx < 1) throw InvalidArgumentError("n_ctx must be at least 1");
  return options;
}

}  // namespace

Engine::Engine(const std::string& path, const EngineOptions& options)
    : file_(path),
      model_(file_),
      tokenizer_(read_vocabulary(file_)),
      scheduler_(model_, checked(options)) {
  if (tokenizer_.n_vocab() > config().n_vocab) {
    throw ModelFormatError(path + " has " + std::to_string(tokenizer_.n_vocab()) +
                           " tokens but embeds only " + std::to_string(config().n_vocab) +
                           "; convert the model again");
  }
}

}  // namespace q3l
