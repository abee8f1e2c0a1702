// The gated feed-forward network: x += down(silu(gate(h)) * up(h)) of the normed h.
#pragma once

#include "model/linear.h"

namespace q3l {

class DenseFeedForward {
 public:
  DenseFeedForward(const Config& config, const Norm& norm, TensorSource& tensors,
                   const std::string& prefix);

  // x: [rows, n_embd].
  void add_to(Mat x, Scratch& s) const;

  const Linear& gate() const { return gate_; }
  const Linear& up() const { return up_; }
  const Linear& down() const { return down_; }

 private:
  Norm norm_;
  Linear gate_, up_, down_;
};

}  // namespace q3l
