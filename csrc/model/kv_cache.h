// Keys and values of every sequence, in pages of 64 positions that hold all layers. A sequence is a
// list of pages in any order in memory; pages of finished sequences are used again.
// A page is [layer][key, value][key/value head][position][head_dim] of the cache's type.
#pragma once

#include <mutex>
#include <vector>

#include "base/aligned_buffer.h"
#include "kernels/kernel_set.h"
#include "model/config.h"

namespace q3l {

class KvCache {
 public:
  KvCache(const Config& config, KvType type);

  KvType type() const { return type_; }
  size_t page_bytes() const { return page_bytes_; }
  size_t key_offset(int layer, int head) const { return offset(2 * layer, head); }
  size_t value_offset(int layer, int head) const { return offset(2 * layer + 1, head); }
  size_t position_bytes() const { return position_bytes_; }

  uint8_t* take_page();
  void give_back(uint8_t* page);

 private:
  size_t offset(int plane, int head) const {
    return (static_cast<size_t>(plane) * n_head_kv_ + static_cast<size_t>(head)) * kPagePositions *
           position_bytes_;
  }

  KvType type_;
  size_t n_head_kv_, position_bytes_, page_bytes_;
  std::vector<AlignedBuffer> pages_;
  std::vector<uint8_t*> free_;
  std::mutex mutex_;  // sequences end on any thread
};

// One sequence's positions. REQUIRES: the cache outlives it.
class KvSequence {
 public:
  // Up to `n_listed` positions, reserve() allocates nothing but pages.
  explicit KvSequence(KvCache& cache, int n_listed = 0);
  ~KvSequence();
  KvSequence(KvSequence&& other) noexcept = default;
  KvSequence(const KvSequence&) = delete;
  KvSequence& operator=(const KvSequence&) = delete;
  KvSequence& operator=(KvSequence&&) = delete;

  // Makes room for positions [0, n).
  void reserve(int n);
  const uint8_t* const* pages() const { return pages_.data(); }
  uint8_t* page_of(int position) const {
    return pages_[static_cast<size_t>(position / kPagePositions)];
  }

 private:
  KvCache* cache_;
  std::vector<uint8_t*> pages_;
};

}  // namespace q3l
