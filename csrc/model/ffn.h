// A block's feed-forward network: the layer's own, dense or sparse, and what expert packs make of
// it: one network may take its place, any number add to it.
#pragma once

#include <variant>

#include "model/sparse_ffn.h"

namespace q3l {

class FeedForward {
 public:
  FeedForward(const Config& config, TensorSource& tensors, const std::string& prefix);

  bool has_experts() const { return std::holds_alternative<SparseFeedForward>(own_); }
  // The layer's own network, or nullptr where it has experts.
  const DenseFeedForward* dense() const { return std::get_if<DenseFeedForward>(&own_); }
  const SparseFeedForward* sparse() const { return std::get_if<SparseFeedForward>(&own_); }
  SparseFeedForward* sparse() { return std::get_if<SparseFeedForward>(&own_); }
  const Norm& norm() const { return norm_; }

  // x: [rows, n_embd].
  void add_to(Mat x, Scratch& s) const;

  // `network` takes the own one's place, until it is nullptr again.
  void replace(const SparseFeedForward* network) { replacement_ = network; }
  // The networks that add to it, in order.
  std::vector<const SparseFeedForward*>& parallel() { return parallel_; }

 private:
  void add_main(Mat x, Scratch& s) const;

  Norm norm_;
  std::variant<DenseFeedForward, SparseFeedForward> own_;
  const SparseFeedForward* replacement_ = nullptr;
  std::vector<const SparseFeedForward*> parallel_;
};

}  // namespace q3l
