// Tokens by their bytes, as a trie: those that begin alike are tried together, so that a grammar
// learns which tokens it may go on with in time that goes with what it allows.
// INVARIANT: nodes are in preorder, so a walk is one pass that leaves out what was refused.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace q3l {

class TokenTrie {
 public:
  struct Entry {
    std::string_view bytes;  // at least one
    int32_t id;
  };
  explicit TokenTrie(std::vector<Entry> tokens);

  int longest() const { return longest_; }  // token, in bytes

  // Calls found(id) for each token whose bytes `states[0]` allows, one after the other: a state is
  // copied and told a byte by advance(), which answers false where it may not come.
  // REQUIRES: states has longest() + 1 elements.
  template <class State, class Found>
  void walk(std::vector<State>& states, Found&& found) const {
    for (uint32_t i = 0; i < nodes_.size();) {
      const Node& node = nodes_[i];
      State& state = states[node.depth];
      state = states[node.depth - 1u];
      if (!state.advance(node.byte)) {
        i = node.end;
        continue;
      }
      for (uint32_t t = node.first_id; t < ids_first(i + 1); ++t) found(ids_[t]);
      ++i;
    }
  }

 private:
  struct Node {
    uint32_t end;       // of those below it
    uint32_t first_id;  // of its own tokens; those of the next node follow
    uint16_t depth;     // 1 for a token's first byte
    uint8_t byte;
  };

  uint32_t ids_first(uint32_t node) const {
    return node < nodes_.size() ? nodes_[node].first_id : static_cast<uint32_t>(ids_.size());
  }

  std::vector<Node> nodes_;
  std::vector<int32_t> ids_;
  int longest_ = 0;
};

}  // namespace q3l
