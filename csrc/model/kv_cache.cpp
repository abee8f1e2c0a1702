#include "model/kv_cache.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "base/error.h"

namespace q3l {

namespace {

constexpr size_t kHeaderBytes = 64;  // the holders, and what keeps pages aligned

}  // namespace

KvCache::KvCache(const Config& config, KvType type, int max_pages)
    : type_(type),
      max_pages_(max_pages),
      n_head_kv_(static_cast<size_t>(config.n_head_kv)),
      position_bytes_(kv_row_bytes(type, config.head_dim)),
      centre_bytes_(kv_centre_bytes(type, config.head_dim)),
      centres_(offset(2 * config.n_layer, 0)),
      page_bytes_(centre_offset(config.n_layer, 0)) {}

uint8_t* KvCache::take_page() {
  while (true) {
    if (uint8_t* page = find_page()) return page;
    auto gives_up = [](PageKeeper* keeper) { return keeper->give_up(); };
    if (std::any_of(keepers_.begin(), keepers_.end(), gives_up)) continue;
    throw OverloadedError("all " + std::to_string(max_pages_) +
                          " pages of the cache are in use; give it more memory (kv_bytes)");
  }
}

KvCache::Holders& KvCache::holders(uint8_t* page) {
  return *reinterpret_cast<Holders*>(page - kHeaderBytes);
}

uint8_t* KvCache::find_page() {
  std::lock_guard lock(mutex_);
  uint8_t* page;
  if (!free_.empty()) {
    page = free_.back();
    free_.pop_back();
  } else if (max_pages_ > 0 && static_cast<int>(pages_.size()) == max_pages_) {
    return nullptr;
  } else {
    page = pages_.emplace_back(kHeaderBytes + page_bytes_).data() + kHeaderBytes;
    free_.reserve(pages_.size());  // giving back allocates nothing
  }
  holders(page) = {.n = 1};
  return page;
}

template <class Change>
void KvCache::change(uint8_t* page, Change&& change) {
  std::lock_guard lock(mutex_);
  Holders& h = holders(page);
  n_idle_ -= h.are_idle();
  change(h);
  n_idle_ += h.are_idle();
  if (h.n == 0) free_.push_back(page);
}

void KvCache::hold(uint8_t* page) {
  change(page, [](Holders& h) { ++h.n; });
}

void KvCache::give_back(uint8_t* page) {
  change(page, [](Holders& h) { --h.n; });
}

void KvCache::rest(uint8_t* page) {
  change(page, [](Holders& h) { ++h.n_resting; });
}

void KvCache::wake(uint8_t* page) {
  change(page, [](Holders& h) { --h.n_resting; });
}

int KvCache::n_holders(const uint8_t* page) const {
  std::lock_guard lock(mutex_);
  return holders(const_cast<uint8_t*>(page)).n;
}

bool KvCache::is_idle(const uint8_t* page) const {
  std::lock_guard lock(mutex_);
  return holders(const_cast<uint8_t*>(page)).are_idle();
}

int KvCache::n_held() const {
  std::lock_guard lock(mutex_);
  return static_cast<int>(pages_.size() - free_.size());
}

int KvCache::n_available() const {
  std::lock_guard lock(mutex_);
  return max_pages_ - static_cast<int>(pages_.size() - free_.size()) + n_idle_;
}

void KvCache::copy_positions(uint8_t* to, const uint8_t* from, int n) const {
  const size_t plane = kPagePositions * position_bytes_;
  const size_t bytes = static_cast<size_t>(n) * position_bytes_;
  for (size_t at = 0; at < centres_; at += plane) std::memcpy(to + at, from + at, bytes);
  std::memcpy(to + centres_, from + centres_, page_bytes_ - centres_);
}

KvSequence::KvSequence(KvCache& cache, int n_listed) : cache_(&cache) {
  pages_.reserve(static_cast<size_t>(pages_for(n_listed)));
}

KvSequence::KvSequence(KvSequence&& other) noexcept
    : cache_(other.cache_),
      pages_(std::exchange(other.pages_, {})),
      stretch_(other.stretch_),
      is_resting_(other.is_resting_),
      is_last_own_(other.is_last_own_) {}

KvSequence::~KvSequence() {
  for (uint8_t* page : pages_) give_back(page);
}

void KvSequence::give_back(uint8_t* page) {
  if (is_resting_) cache_->wake(page);
  cache_->give_back(page);
}

void KvSequence::rest() {
  if (std::exchange(is_resting_, true)) return;
  for (uint8_t* page : pages_) cache_->rest(page);
}

void KvSequence::wake() {
  if (!std::exchange(is_resting_, false)) return;
  for (uint8_t* page : pages_) cache_->wake(page);
}

void KvSequence::reserve(int first_new, int n) {
  if (wants_copy(first_new, n)) {
    uint8_t*& last = pages_.back();
    uint8_t* copy = cache_->take_page();
    cache_->copy_positions(copy, last, first_new % kPagePositions);
    give_back(std::exchange(last, copy));
    is_last_own_ = true;
  }
  while (n_pages() < pages_for(n)) {
    pages_.push_back(cache_->take_page());
    is_last_own_ = true;
  }
}

int KvSequence::n_wanted(int first_new, int n) const {
  return std::max(0, pages_for(n) - n_pages()) + wants_copy(first_new, n);
}

void KvSequence::share(uint8_t* page) {
  cache_->hold(page);
  pages_.push_back(page);
  is_last_own_ = false;
}

void KvSequence::replace(int position, uint8_t* page) {
  cache_->hold(page);
  give_back(std::exchange(pages_[static_cast<size_t>(position / kPagePositions)], page));
}

void KvSequence::truncate(int n) {
  const int n_kept = pages_for(n);
  const bool cuts = n_kept < n_pages() || n % kPagePositions > 0;
  while (n_pages() > n_kept) {
    give_back(pages_.back());
    pages_.pop_back();
  }
  if (cuts && !pages_.empty()) is_last_own_ = cache_->n_holders(pages_.back()) == 1;
}

}  // namespace q3l
