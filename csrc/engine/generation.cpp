#include "engine/generation.h"

namespace q3l {

Generation::Generation(Engine& engine, const Request& request)
    : job_(std::make_shared<Job>(engine.executor(), engine.tokenizer(), request)) {
  engine.scheduler().submit(job_);
}

Generation::~Generation() {
  if (job_) job_->cancel();
}

}  // namespace q3l
