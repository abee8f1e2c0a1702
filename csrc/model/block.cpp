#include "model/block.h"

namespace q3l {

namespace {

std::string prefix_of(int layer) {
  return "blk." + std::to_string(layer) + ".";
}

}  // namespace

Block::Block(const Config& c, TensorSource& tensors, int layer)
    : attention_(c, tensors, prefix_of(layer)), feed_forward_(c, tensors, prefix_of(layer)) {}

void Block::forward(Mat x, const Batch& batch, const KvLayer& kv, Scratch& s) const {
  attention_.add_to(x, batch, kv, s);
  if (s.observe_feed_forward) s.observe_feed_forward(kv.layer, x);
  feed_forward_.add_to(x, s);
}

}  // namespace q3l
