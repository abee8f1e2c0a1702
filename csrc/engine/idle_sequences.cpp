#include "engine/idle_sequences.h"

#include <algorithm>

namespace q3l {

IdleSequences::IdleSequences(KvCache& cache) : cache_(cache) {
  cache.add_keeper(this);
}

std::shared_ptr<KeptSequence> IdleSequences::keep(Sequence sequence) {
  auto kept = std::make_shared<KeptSequence>();
  put_back(kept, std::move(sequence));
  return kept;
}

void IdleSequences::put_back(const std::shared_ptr<KeptSequence>& kept, Sequence sequence) {
  {
    std::lock_guard lock(kept->mutex);
    kept->sequence = std::make_unique<Sequence>(std::move(sequence));
  }
  kept->is_back.notify_all();
  std::lock_guard lock(mutex_);
  std::erase_if(kept_, [&](const auto& weak) { return weak.expired() || weak.lock() == kept; });
  kept_.push_back(kept);
}

bool IdleSequences::give_up() {
  std::lock_guard lock(mutex_);
  for (const auto& weak : kept_) {
    const auto kept = weak.lock();
    if (!kept) continue;
    std::lock_guard guard(kept->mutex);
    if (!kept->sequence || kept->sequence->kv.n_pages() == 0) continue;
    kept->sequence->forget();
    return true;
  }
  return false;
}

int IdleSequences::n_idle() const {
  std::lock_guard lock(mutex_);
  int n = 0;
  for (const auto& weak : kept_) {
    const auto kept = weak.lock();
    if (!kept) continue;
    std::lock_guard guard(kept->mutex);
    if (!kept->sequence) continue;
    const KvSequence& kv = kept->sequence->kv;
    for (int i = 0; i < kv.n_pages(); ++i) n += cache_.n_holders(kv.pages()[i]) == 1;
  }
  return n;
}

}  // namespace q3l
