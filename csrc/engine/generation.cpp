#include "engine/generation.h"

namespace q3l {

Sequence open_sequence(Engine& engine, const Request& request) {
  Executor& executor = engine.executor();
  executor.check_tokens(request.prompt);  // also those that sliding leaves out: samplers count them
  const auto sliding = sliding_of(request, engine.tokenizer(), executor.n_ctx());
  return executor.open(sliding ? sliding->fit(request.prompt) : request.prompt);
}

Generation::Generation(Engine& engine, const Request& request)
    : Generation(engine, std::make_shared<Job>(engine.executor(), engine.tokenizer(), request,
                                               open_sequence(engine, request))) {}

Generation::Generation(Engine& engine, std::shared_ptr<Job> job) : job_(std::move(job)) {
  try {
    engine.scheduler().submit(job_);
  } catch (...) {
    job_->release();
    throw;
  }
}

Generation::~Generation() {
  if (job_) job_->cancel();
}

}  // namespace q3l
