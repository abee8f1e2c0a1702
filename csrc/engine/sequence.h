// A sequence under way: its tokens, of which the first n_computed have their keys and values in the
// cache. Those behind the last segment are generated. Tokens may be appended between steps, or
// taken back: n_computed is then lowered with them. What the cache forgot can be computed again in
// the same roles, and is the same.
#pragma once

#include <cstdint>
#include <vector>

#include "model/kv_cache.h"

namespace q3l {

// Tokens up to `end` that are computed in one role.
struct Segment {
  int end;
  Role role;
};

// Of the expert packs that a model computes with: none, or different ones in turn. Other values
// name the packs.
inline constexpr uint64_t kNoExperts = 0, kSeveralExperts = UINT64_MAX;

struct Sequence {
  KvSequence kv;
  std::vector<int32_t> tokens;
  std::vector<Segment> segments;
  int n_computed = 0;
  uint64_t experts = kNoExperts;  // that the first n_computed were computed with
  float* logits = nullptr;        // [n_vocab] after the last token, where the last step wrote them
  bool is_from_file = false;      // some of the first n_computed, by whatever CPU wrote them

  // Tokens that were given, rather than generated since.
  int n_prompt() const { return segments.empty() ? 0 : segments.back().end; }
  // The tokens that come next: those of a segment, or all that were generated.
  Segment next() const;
  // Gives the pages back.
  void forget() {
    kv.truncate(0);
    n_computed = 0;
    is_from_file = false;
  }
};

}  // namespace q3l
