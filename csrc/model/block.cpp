#include "model/block.h"

namespace q3l {

namespace {

std::string prefix_of(int layer) {
  return "blk." + std::to_string(layer) + ".";
}

std::variant<FeedForward, SparseFeedForward> feed_forward(const Config& c, TensorSource& tensors,
                                                          const std::string& prefix) {
  if (SparseFeedForward::is_in(tensors, prefix)) return SparseFeedForward(c, tensors, prefix);
  return FeedForward(c, tensors, prefix);
}

}  // namespace

void rms_norm(Mat y, Mat x, const float* weight, float epsilon, Scratch& s) {
  s.for_rows(x.rows, [&](int row) {
    s.kernels.ops.rms_norm(y.row(row), x.row(row), weight, x.cols, epsilon);
  });
}

void add(Mat x, Mat y, Scratch& s) {
  s.for_rows(x.rows, [&](int row) { s.kernels.ops.add(x.row(row), y.row(row), x.cols); });
}

Block::Block(const Config& c, TensorSource& tensors, int layer)
    : epsilon_(c.rms_epsilon),
      attn_norm_(tensors.vector(prefix_of(layer) + "attn_norm.weight", c.n_embd)),
      attention_(c, tensors, prefix_of(layer)),
      ffn_norm_(tensors.vector(prefix_of(layer) + "ffn_norm.weight", c.n_embd)),
      feed_forward_(feed_forward(c, tensors, prefix_of(layer))) {}

void Block::forward(Mat x, const Batch& batch, const KvLayer& kv, Scratch& s) const {
  rms_norm(s.h, x, attn_norm_, epsilon_, s);
  attention_.forward(s.h, batch, kv, s);
  add(x, s.h, s);
  rms_norm(s.h, x, ffn_norm_, epsilon_, s);
  std::visit([&](const auto& ffn) { ffn.forward(s.h, s); }, feed_forward_);
  add(x, s.h, s);
}

}  // namespace q3l
