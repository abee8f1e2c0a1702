#include "model/ffn.h"

namespace q3l {

FeedForward::FeedForward(const Config& c, TensorSource& tensors, const std::string& prefix)
    : gate_(tensors, prefix + "ffn_gate", c.n_ff, c.n_embd),
      up_(tensors, prefix + "ffn_up", c.n_ff, c.n_embd),
      down_(tensors, prefix + "ffn_down", c.n_embd, c.n_ff) {}

void FeedForward::forward(Mat h, Scratch& s) const {
  s.shape_feed_forward(h.rows, gate_.n_out());
  down_.apply(h, Linear::apply_gated(gate_, up_, down_, s.pack(h), s), s);
}

}  // namespace q3l
