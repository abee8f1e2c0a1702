// The sparse feed-forward network: a router sends each row to its likeliest experts, gated networks
// of their own, and their results by the router's weights are added to the row.
#pragma once

#include "model/linear.h"

namespace q3l {

class SparseFeedForward {
 public:
  // Whether the layer's tensors are those of a sparse network.
  static bool is_in(const TensorSource& tensors, const std::string& prefix);
  SparseFeedForward(const Config& config, TensorSource& tensors, const std::string& prefix);

  // x: [rows, n_embd].
  void add_to(Mat x, Scratch& s) const;

 private:
  int n_ff() const { return gate_.first.rows; }  // of each expert
  void route(Mat h, Scratch& s) const;
  void gather(Mat h, Scratch& s) const;
  void combine(Mat x, Scratch& s) const;

  const RouterConfig& config_;
  Norm norm_;
  Linear router_;
  WeightStack gate_, up_, down_;
};

}  // namespace q3l
