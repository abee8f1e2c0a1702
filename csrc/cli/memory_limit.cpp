#include <cstdio>

#include "base/error.h"
#include "cli/commands.h"
#include "model/transformer.h"

namespace q3l::cli {

EngineOptions engine_options(const Arguments& arguments, int n_needed) {
  EngineOptions options = arguments.engine;
  if (!arguments.mem_limit) return options;
  Asked asked = arguments.asked;
  if (n_needed > 0) {
    options.n_ctx = n_needed;
    asked.n_ctx = true;
  }
  if (!options.draft_model.empty()) {
    throw InvalidArgumentError(
        "--mem-limit does not count a draft model's memory; leave --draft-model out");
  }
  const gguf::Reader file(arguments.model);
  const Transformer model(file);
  options = fit_memory(file, model.config(), options, asked, *arguments.mem_limit);
  const auto megabytes = [](uint64_t bytes) { return static_cast<double>(bytes) / (1 << 20); };
  std::fprintf(stderr,
               "q3l: a context of %d, keys and values as %s, prompts by %d tokens, at most %d "
               "guessed: %.1fM of %.1fM\n",
               options.n_ctx, name_of(options.kv_type), options.prompt_chunk, options.max_draft,
               megabytes(plan_memory(file, model.config(), options).anonymous()),
               megabytes(*arguments.mem_limit));
  return options;
}

}  // namespace q3l::cli
