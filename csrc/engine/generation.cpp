#include "engine/generation.h"

namespace q3l {

Generation::Generation(Engine& engine, const Request& request)
    : Generation(engine, std::make_shared<Job>(engine.executor(), engine.tokenizer(), request,
                                               engine.executor().open(request.prompt))) {}

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
