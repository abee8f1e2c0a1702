#include "model/ffn.h"

namespace q3l {

FeedForward::FeedForward(const Config& c, TensorSource& tensors, const std::string& prefix)
    : norm_{tensors.vector(prefix + "ffn_norm.weight", c.n_embd), c.rms_epsilon},
      gate_(tensors, prefix + "ffn_gate", c.n_ff, c.n_embd),
      up_(tensors, prefix + "ffn_up", c.n_ff, c.n_embd),
      down_(tensors, prefix + "ffn_down", c.n_embd, c.n_ff) {}

void FeedForward::add_to(Mat x, Scratch& s) const {
  s.shape_feed_forward(x.rows, gate_.n_out());
  down_.add_to(x, Linear::apply_gated(gate_, up_, down_, s.pack(x, norm_), s), s);
}

}  // namespace q3l
