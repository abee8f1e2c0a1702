#include "model/kv_cache.h"

namespace q3l {

KvCache::KvCache(const Config& config, KvType type)
    : type_(type),
      n_head_kv_(static_cast<size_t>(config.n_head_kv)),
      position_bytes_(static_cast<size_t>(config.head_dim) * (type == KvType::f32 ? 4 : 2)),
      page_bytes_(offset(2 * config.n_layer, 0)) {}

uint8_t* KvCache::take_page() {
  std::lock_guard lock(mutex_);
  if (free_.empty()) return pages_.emplace_back(page_bytes_).data();
  uint8_t* page = free_.back();
  free_.pop_back();
  return page;
}

void KvCache::give_back(uint8_t* page) {
  std::lock_guard lock(mutex_);
  free_.push_back(page);
}

KvSequence::KvSequence(KvCache& cache, int n_listed) : cache_(&cache) {
  pages_.reserve(static_cast<size_t>((n_listed + kPagePositions - 1) / kPagePositions));
}

KvSequence::~KvSequence() {
  for (uint8_t* page : pages_) cache_->give_back(page);
}

void KvSequence::reserve(int n) {
  while (static_cast<int>(pages_.size()) * kPagePositions < n)
    pages_.push_back(cache_->take_page());
}

}  // namespace q3l
