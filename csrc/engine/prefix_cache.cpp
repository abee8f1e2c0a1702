#include "engine/prefix_cache.h"

#include <algorithm>

namespace q3l {

namespace {

size_t common(std::span<const int32_t> a, std::span<const int32_t> b) {
  return static_cast<size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first -
                             a.begin());
}

constexpr size_t kPage = kPagePositions;

}  // namespace

PrefixCache::PrefixCache(KvCache& cache) : cache_(cache) {
  cache_.add_keeper(this);
}

template <class Visit>
void PrefixCache::for_all(Node& node, Visit&& visit) {
  for (auto& child : node.children) {
    visit(*child);
    for_all(*child, visit);
  }
}

PrefixCache::~PrefixCache() {
  for (auto& [shared, root] : roots_) {
    for_all(root, [&](Node& node) { give_back(node.page); });
  }
}

void PrefixCache::hold(uint8_t* page) {
  cache_.hold(page);
  cache_.rest(page);
}

void PrefixCache::give_back(uint8_t* page) {
  cache_.wake(page);
  cache_.give_back(page);
}

int PrefixCache::reuse(std::span<const int32_t> tokens, uint64_t experts, KvSequence& kv) {
  std::lock_guard lock(mutex_);
  ++clock_;
  const size_t most = tokens.empty() ? 0 : tokens.size() - 1;
  size_t n = 0;
  for (Node* node = &roots_[{experts, kv.stretch()}]; n < most;) {
    Node* best = nullptr;
    size_t n_best = 0;
    for (auto& child : node->children) {
      const size_t n_same = common(child->tokens, tokens.subspan(n, most - n));
      if (n_same > n_best) {
        best = child.get();
        n_best = n_same;
      }
    }
    if (!best) break;
    best->last_use = clock_;
    kv.share(best->page);
    n += n_best;
    if (n_best < kPage) break;
    node = best;
  }
  return static_cast<int>(n);
}

void PrefixCache::insert(std::span<const int32_t> tokens, uint64_t experts, KvSequence& kv) {
  std::lock_guard lock(mutex_);
  ++clock_;
  Node* node = &roots_[{experts, kv.stretch()}];
  for (size_t begin = 0; begin < tokens.size(); begin += kPage) {
    const auto here = tokens.subspan(begin, std::min(kPage, tokens.size() - begin));
    Node* next = nullptr;
    for (auto& child : node->children) {
      // A page that begins alike: one of both has all that the other has.
      const size_t n_same = common(child->tokens, here);
      if (n_same == here.size() || n_same == child->tokens.size()) next = child.get();
      if (next) break;
    }
    if (!next) {
      next = node->children.emplace_back(std::make_unique<Node>()).get();
      next->parent = node;
    }
    next->last_use = clock_;
    uint8_t* const page = kv.page_of(static_cast<int>(begin));
    if (next->tokens.size() < here.size()) {
      hold(page);
      if (next->page) give_back(next->page);
      next->page = page;
      next->tokens.assign(here.begin(), here.end());
    } else if (here.size() == kPage && next->page != page) {
      kv.replace(static_cast<int>(begin), next->page);
    }
    node = next;
  }
}

bool PrefixCache::give_up() {
  std::lock_guard lock(mutex_);
  Node* oldest = nullptr;
  for (auto& [shared, root] : roots_) {
    for_all(root, [&](Node& node) {
      if (!node.children.empty() || (oldest && oldest->last_use <= node.last_use)) return;
      if (cache_.n_holders(node.page) == 1) oldest = &node;
    });
  }
  if (!oldest) return false;
  give_back(oldest->page);
  std::erase_if(oldest->parent->children, [&](const auto& child) { return child.get() == oldest; });
  return true;
}

}  // namespace q3l
