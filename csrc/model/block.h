// One transformer block: attention and feed-forward network, each added to the residual stream.
#pragma once

#include <variant>

#include "model/attention.h"
#include "model/ffn.h"
#include "model/moe.h"

namespace q3l {

class Block {
 public:
  Block(const Config& config, TensorSource& tensors, int layer);

  bool has_experts() const { return std::holds_alternative<SparseFeedForward>(feed_forward_); }

  // x: [rows, n_embd], the residual stream, in place.
  void forward(Mat x, const Batch& batch, const KvLayer& kv, Scratch& s) const;

 private:
  Attention attention_;
  std::variant<FeedForward, SparseFeedForward> feed_forward_;
};

}  // namespace q3l
