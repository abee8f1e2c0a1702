// One transformer block: attention and feed-forward network, each added to the residual stream.
#pragma once

#include "model/attention.h"
#include "model/ffn.h"

namespace q3l {

class Block {
 public:
  Block(const Config& config, TensorSource& tensors, int layer);

  FeedForward& feed_forward() { return feed_forward_; }
  const FeedForward& feed_forward() const { return feed_forward_; }

  // x: [rows, n_embd], the residual stream, in place.
  void forward(Mat x, const Batch& batch, const KvLayer& kv, Scratch& s) const;

 private:
  Attention attention_;
  FeedForward feed_forward_;
};

}  // namespace q3l
