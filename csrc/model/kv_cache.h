// Keys and values of every sequence, in pages of 64 positions that hold all layers. A sequence is a
// list of pages in any order in memory; sequences whose beginnings are the same share pages; those
// that nobody holds are used again.
// A page is [layer][key, value][key/value head][position], each a row of the cache's type, and of a
// quantised type the centres of its keys, [layer][key/value head].
#pragma once

#include <cstddef>
#include <mutex>
#include <vector>

#include "base/aligned_buffer.h"
#include "kernels/kernel_set.h"
#include "model/config.h"

namespace q3l {

// Whether a model's heads suit a cache of this type.
inline bool can_cache(KvType type, const Config& config) {
  return !is_quantised(type) ||
         (config.head_dim % kKvBlock == 0 && config.head_dim <= kMostHeadDim);
}

// Who holds pages that nothing needs at the moment: its holds rest.
class PageKeeper {
 public:
  virtual ~PageKeeper() = default;
  virtual bool give_up() = 0;  // some of them; false: there are none
};

class KvCache {
 public:
  // Has at most max_pages pages at once; 0: as many as are wanted.
  KvCache(const Config& config, KvType type, int max_pages = 0);

  KvType type() const { return type_; }
  size_t page_bytes() const { return page_bytes_; }
  int max_pages() const { return max_pages_; }
  size_t key_offset(int layer, int head) const { return offset(2 * layer, head); }
  size_t value_offset(int layer, int head) const { return offset(2 * layer + 1, head); }
  size_t centre_offset(int layer, int head) const {
    return centres_ +
           (static_cast<size_t>(layer) * n_head_kv_ + static_cast<size_t>(head)) * centre_bytes_;
  }
  size_t position_bytes() const { return position_bytes_; }

  // A page that the caller alone holds. Throws OverloadedError when all are held and no keeper, the
  // first asked first, has any to give back.
  uint8_t* take_page();
  // REQUIRES: nobody takes pages meanwhile, nor while a keeper's life ends.
  void add_keeper(PageKeeper* keeper) { keepers_.push_back(keeper); }
  void hold(uint8_t* page);  // once more
  void give_back(uint8_t* page);
  // One who holds it does not need it for the time being, or does again.
  void rest(uint8_t* page);
  void wake(uint8_t* page);
  int n_holders(const uint8_t* page) const;
  bool is_idle(const uint8_t* page) const;  // nobody needs it: keepers alone hold it
  int n_held() const;                       // pages
  int n_available() const;                  // pages that are free or idle
  // Copies the first n positions of a page, and its centres.
  void copy_positions(uint8_t* to, const uint8_t* from, int n) const;

 private:
  size_t offset(int plane, int head) const {
    return (static_cast<size_t>(plane) * n_head_kv_ + static_cast<size_t>(head)) * kPagePositions *
           position_bytes_;
  }

  struct Holders {
    int n = 0, n_resting = 0;
    bool are_idle() const { return n > 0 && n == n_resting; }
  };
  static Holders& holders(uint8_t* page);
  template <class Change>
  void change(uint8_t* page, Change&& change);
  uint8_t* find_page();  // nullptr: all are held

  KvType type_;
  int max_pages_;
  std::vector<PageKeeper*> keepers_;
  size_t n_head_kv_, position_bytes_, centre_bytes_;
  size_t centres_, page_bytes_;       // of a page: where its centres begin, and where it ends
  std::vector<AlignedBuffer> pages_;  // each behind its Holders
  std::vector<uint8_t*> free_;
  int n_idle_ = 0;
  mutable std::mutex mutex_;  // sequences end on any thread
};

// One sequence's positions. REQUIRES: the cache outlives it.
class KvSequence {
 public:
  // Up to `n_listed` positions, reserve() allocates nothing but pages.
  explicit KvSequence(KvCache& cache, int n_listed = 0);
  ~KvSequence();
  KvSequence(KvSequence&& other) noexcept;
  KvSequence(const KvSequence&) = delete;
  KvSequence& operator=(const KvSequence&) = delete;
  KvSequence& operator=(KvSequence&&) = delete;

  // Makes room for positions [0, n), of which those from `first_new` on are about to be written: a
  // page that others hold too is replaced by a copy.
  void reserve(int first_new, int n);
  int n_wanted(int first_new, int n) const;  // pages that reserve() would take
  // Appends a page that others hold. REQUIRES: the pages before are full.
  void share(uint8_t* page);
  // Shares a page in place of its own at that position. REQUIRES: both are full, and the same.
  void replace(int position, uint8_t* page);
  // Gives back what is behind the first n positions, which are never written again if others hold
  // them.
  void truncate(int n);
  // The factor by which its positions are stretched. REQUIRES: set while it has none.
  int stretch() const { return stretch_; }
  void set_stretch(int stretch) { stretch_ = stretch; }
  // Whether it needs its pages for the time being. REQUIRES: it takes none while it rests.
  void rest();
  void wake();
  const uint8_t* const* pages() const { return pages_.data(); }
  int n_pages() const { return static_cast<int>(pages_.size()); }
  uint8_t* page_of(int position) const {
    return pages_[static_cast<size_t>(position / kPagePositions)];
  }

 private:
  bool wants_copy(int first_new, int n) const {
    return first_new % kPagePositions > 0 && !is_last_own_ && n > first_new;
  }

  void give_back(uint8_t* page);

  KvCache* cache_;
  std::vector<uint8_t*> pages_;
  int stretch_ = 1;
  bool is_resting_ = false;
  // Whether the last page may be written to behind what is there, although others hold it: they
  // read no further than what was there when they took hold of it.
  bool is_last_own_ = true;
};

}  // namespace q3l
