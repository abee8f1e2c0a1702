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
  sequence.kv.rest();
  {
    std::lock_guard lock(kept->mutex);
    kept->sequence = std::make_unique<Sequence>(std::move(sequence));
  }
  kept->is_back.notify_all();
  std::lock_guard lock(mutex_);
  std::erase_if(kept_, [&](const auto& weak) { return weak.expired() || weak.lock() == kept; });
  kept_.push_back(kept);
}

bool IdleSequences::holds_idle_page(const KvSequence& kv) const {
  return std::any_of(kv.pages(), kv.pages() + kv.n_pages(),
                     [&](const uint8_t* page) { return cache_.is_idle(page); });
}

bool IdleSequences::give_up() {
  std::lock_guard lock(mutex_);
  for (const auto& weak : kept_) {
    const auto kept = weak.lock();
    if (!kept) continue;
    std::lock_guard guard(kept->mutex);
    if (!kept->sequence || !holds_idle_page(kept->sequence->kv)) continue;
    kept->sequence->forget();
    return true;
  }
  return false;
}

}  // namespace q3l
