#include "engine/feed_forward_inputs.h"

#include "kernels/dispatch.h"

namespace q3l {

FeedForwardInputs feed_forward_inputs(Engine& engine, std::vector<int32_t> tokens) {
  const Config& c = engine.config();
  const auto width = static_cast<size_t>(c.n_embd);
  const size_t n = static_cast<size_t>(c.n_layer) * width;
  FeedForwardInputs all = {std::vector<double>(n), std::vector<double>(n)};
  std::vector<float> h(width);
  Sequence sequence = engine.executor().open(std::move(tokens));
  engine.executor().observe(sequence, [&](int layer, Mat x) {
    const Norm& norm = engine.model().feed_forward(layer).norm();
    const size_t first = static_cast<size_t>(layer) * width;
    for (int row = 0; row < x.rows; ++row) {
      norm.apply(kernels().ops, h.data(), x.row(row), c.n_embd);
      for (size_t i = 0; i < width; ++i) {
        const double value = h[i];
        all.sums[first + i] += value;
        all.squares[first + i] += value * value;
      }
    }
  });
  return all;
}

}  // namespace q3l
