#include "model/dense_ffn.h"

namespace q3l {

DenseFeedForward::DenseFeedForward(const Config& c, const Norm& norm, TensorSource& tensors,
                                   const std::string& prefix)
    : norm_(norm),
      gate_(tensors, prefix + "ffn_gate", c.n_ff, c.n_embd),
      up_(tensors, prefix + "ffn_up", c.n_ff, c.n_embd),
      down_(tensors, prefix + "ffn_down", c.n_embd, c.n_ff) {}

void DenseFeedForward::add_to(Mat x, Scratch& s) const {
  s.shape_feed_forward(x.rows, gate_.n_out());
  down_.add_to(x, Linear::apply_gated(gate_, up_, down_, s.pack(x, norm_), s), s);
}

}  // namespace q3l
