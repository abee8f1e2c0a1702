// Draws a file's tensors from a seeded normal distribution.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "quant/format.h"
#include "support/gguf_builder.h"

namespace q3l::testing {

class RandomTensors {
 public:
  RandomTensors(GgufBuilder& file, const Format& format, uint64_t seed)
      : file_(file), format_(format), random_(seed) {}

  void matrix(const std::string& name, int rows, int cols, float scale = 1) {
    stack(name, 1, rows, cols, scale);
  }
  // [count, rows, cols], of deviation scale / sqrt(cols).
  void stack(const std::string& name, int count, int rows, int cols, float scale = 1);
  // A norm's weights, which scatter around 1; or a bias, around 0.
  void vector(const std::string& name, int n, float center = 1.0f);

 private:
  std::vector<float> draw(size_t n, float center, float deviation);

  GgufBuilder& file_;
  const Format& format_;
  std::mt19937_64 random_;
};

}  // namespace q3l::testing
