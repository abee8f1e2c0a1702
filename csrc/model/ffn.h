// The gated feed-forward network: down(silu(gate(h)) * up(h)).
#pragma once

#include "model/linear.h"

namespace q3l {

class FeedForward {
 public:
  FeedForward(const Config& config, TensorSource& tensors, const std::string& prefix);

  // h: [rows, n_embd], replaced by the result.
  void forward(Mat h, Scratch& s) const;

 private:
  Linear gate_, up_, down_;
};

}  // namespace q3l
