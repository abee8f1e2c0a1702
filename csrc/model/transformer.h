// The whole model: embedding, blocks, final norm, output head.
// REQUIRES: the Reader outlives it (weights are used where they are mapped).
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "model/block.h"

namespace q3l {

class Transformer {
 public:
  explicit Transformer(const gguf::Reader& file);
  Transformer(const Transformer&) = delete;  // layers refer to config_
  Transformer& operator=(const Transformer&) = delete;

  const Config& config() const { return config_; }
  uint64_t n_params() const { return n_params_; }
  std::vector<int> sparse_layers() const;  // those that have experts, ascending
  FeedForward& feed_forward(int layer) {
    return blocks_[static_cast<size_t>(layer)].feed_forward();
  }
  const FeedForward& feed_forward(int layer) const {
    return blocks_[static_cast<size_t>(layer)].feed_forward();
  }

  // Runs a batch, appends its keys and values to its sequences' pages, and writes the logits of
  // batch.logit_rows to `logits` [logit_rows, n_vocab].
  void forward(const Batch& batch, const KvCache& cache, Scratch& s, Mat logits) const;

  // Has `call` told of each layer that a step is about to compute, and of n_layer for the head,
  // which then is computed in slices: `offset` bytes of its weights are behind.
  using LayerCall = std::function<void(int layer, size_t offset)>;
  void before_layers(LayerCall call) { before_layer_ = std::move(call); }

 private:
  Transformer(const gguf::Reader& file, TensorSource tensors);
  void embed(const Batch& batch, Scratch& s) const;
  void project(const Batch& batch, Scratch& s, Mat logits) const;

  Config config_;
  uint64_t n_params_;
  Ropes ropes_;
  Weight embedding_;
  std::vector<Block> blocks_;
  Norm output_norm_;
  Linear head_;
  LayerCall before_layer_;  // or none
};

}  // namespace q3l
