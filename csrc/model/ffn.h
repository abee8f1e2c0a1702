// The gated feed-forward network: x += down(silu(gate(h)) * up(h)) of the normed h.
#pragma once

#include "model/linear.h"

namespace q3l {

class FeedForward {
 public:
  FeedForward(const Config& config, TensorSource& tensors, const std::string& prefix);

  // x: [rows, n_embd].
  void add_to(Mat x, Scratch& s) const;

 private:
  Norm norm_;
  Linear gate_, up_, down_;
};

}  // namespace q3l
