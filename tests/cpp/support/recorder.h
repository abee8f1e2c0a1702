// Watches a request and restricts nothing: the model's logits for each of its tokens, and the
// tokens.
#pragma once

#include <cstring>
#include <vector>

#include "engine/token_constraint.h"

namespace q3l::testing {

struct Recorder : TokenConstraint {
  bool restrict(std::span<const float> now, std::span<uint32_t>) override {
    logits.emplace_back(now.begin(), now.end());
    return false;
  }
  bool accept(int32_t token) override {
    tokens.push_back(token);
    return true;
  }

  // Bit for bit.
  bool operator==(const Recorder& other) const {
    auto same = [](const std::vector<float>& a, const std::vector<float>& b) {
      return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
    };
    return tokens == other.tokens && std::ranges::equal(logits, other.logits, same);
  }

  std::vector<std::vector<float>> logits;
  std::vector<int32_t> tokens;
};

}  // namespace q3l::testing
