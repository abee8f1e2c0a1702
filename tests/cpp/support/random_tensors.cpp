#include "support/random_tensors.h"

#include <cmath>

namespace q3l::testing {

void RandomTensors::stack(const std::string& name, int count, int rows, int cols, float scale) {
  const auto n = static_cast<size_t>(count) * static_cast<size_t>(rows) * static_cast<size_t>(cols);
  const std::vector<float> x = draw(n, 0.0f, scale / std::sqrt(static_cast<float>(cols)));
  std::string blocks(format_.row_bytes(n), '\0');
  format_.encode(x.data(), reinterpret_cast<uint8_t*>(blocks.data()), n);
  std::vector<uint64_t> shape = {static_cast<uint64_t>(cols), static_cast<uint64_t>(rows)};
  if (count > 1) shape.push_back(static_cast<uint64_t>(count));
  file_.tensor(name, format_.ggml_type, shape, blocks);
}

void RandomTensors::vector(const std::string& name, int n, float center) {
  const std::vector<float> x = draw(static_cast<size_t>(n), center, 0.25f);
  file_.tensor(name, 0, {x.size()},
               {reinterpret_cast<const char*>(x.data()), x.size() * sizeof(float)});
}

std::vector<float> RandomTensors::draw(size_t n, float center, float deviation) {
  std::normal_distribution<float> values(center, deviation);
  std::vector<float> x(n);
  for (float& v : x) v = values(random_);
  return x;
}

}  // namespace q3l::testing
