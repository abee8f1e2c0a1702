// One transformer block: attention and feed-forward network, each on the normed residual stream.
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
  float epsilon_;
  const float* attn_norm_;
  Attention attention_;
  const float* ffn_norm_;
  std::variant<FeedForward, SparseFeedForward> feed_forward_;
};

// Row by row: y = rms_norm(x) * weight; x += y.
void rms_norm(Mat y, Mat x, const float* weight, float epsilon, Scratch& s);
void add(Mat x, Mat y, Scratch& s);

}  // namespace q3l
