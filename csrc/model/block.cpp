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

Block::Block(const Config& c, TensorSource& tensors, int layer)
    : attention_(c, tensors, prefix_of(layer)),
      feed_forward_(feed_forward(c, tensors, prefix_of(layer))) {}

void Block::forward(Mat x, const Batch& batch, const KvLayer& kv, Scratch& s) const {
  attention_.add_to(x, batch, kv, s);
  std::visit([&](const auto& ffn) { ffn.add_to(x, s); }, feed_forward_);
}

}  // namespace q3l
