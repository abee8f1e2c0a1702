// A seeded random expert pack for a tiny model.
#pragma once

#include <optional>

#include "experts/expert_pack.h"
#include "support/gguf_builder.h"
#include "support/tiny_model.h"

namespace q3l::testing {

struct TinyPack {
  PackMode mode = PackMode::parallel;
  bool trunk = false;
  int count = 3, n_used = 1;
  bool renormalises = false;
  int n_ff = 96;
  std::string format = "Q8_0";
  std::vector<int> layers = {0, 1};
  float router_scale = 4;  // 0: all choices are as likely, and choice 0 is taken
  std::optional<uint64_t> base = std::nullopt;  // the model's fingerprint, or another
};

GgufBuilder tiny_pack(const TinyPack& shape, const TinyModel& model, const gguf::Reader& base,
                      uint64_t seed = 1);

}  // namespace q3l::testing
