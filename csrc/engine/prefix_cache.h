// Beginnings of prompts that were computed before, found by their tokens: a tree whose nodes are
// pages of the cache, each below the page that comes before it. Only positions that prompt kernels
// computed are here, for only prompts ask: what they get is bit for bit what they would compute.
// Gives pages back when the cache has none left. REQUIRES: the cache outlives it and is not used by
// others when it ends.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "model/kv_cache.h"

namespace q3l {

class PrefixCache : public PageKeeper {
 public:
  explicit PrefixCache(KvCache& cache);
  ~PrefixCache() override;
  PrefixCache(const PrefixCache&) = delete;
  PrefixCache& operator=(const PrefixCache&) = delete;

  // Gives an empty sequence the pages of the longest beginning of `tokens` that is known of these
  // expert packs, the last one in part perhaps, and returns how many positions it has now: fewer
  // than tokens, so that there are logits to compute.
  int reuse(std::span<const int32_t> tokens, uint64_t experts, KvSequence& kv);
  // Remembers the positions of `tokens`, which are computed. Full pages that are known by now,
  // since another prompt was computed at the same time, take the place of the sequence's own: so
  // whoever holds a page holds those above it, and a page that nobody needs has none below that
  // somebody does.
  void insert(std::span<const int32_t> tokens, uint64_t experts, KvSequence& kv);
  // Forgets the page that nobody else holds and that was used longest ago.
  bool give_up() override;

 private:
  struct Node {
    std::vector<int32_t> tokens;  // of its positions, at most a page's
    uint8_t* page = nullptr;
    Node* parent = nullptr;
    uint64_t last_use = 0;
    std::vector<std::unique_ptr<Node>> children = {};
  };

  void hold(uint8_t* page);
  void give_back(uint8_t* page);
  template <class Visit>
  static void for_all(Node& node, Visit&& visit);

  KvCache& cache_;
  // By what their sequences have in common: the packs, and the factor that they are stretched by.
  std::map<std::pair<uint64_t, int>, Node> roots_;
  uint64_t clock_ = 0;
  std::mutex mutex_;
};

}  // namespace q3l
