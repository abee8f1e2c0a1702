#include "model/ffn.h"

namespace q3l {

FeedForward::FeedForward(const Config& c, const TensorSource& tensors, const std::string& prefix)
    : gate_(tensors.matrix(prefix + "ffn_gate.weight", c.n_ff, c.n_embd)),
      up_(tensors.matrix(prefix + "ffn_up.weight", c.n_ff, c.n_embd)),
      down_(tensors.matrix(prefix + "ffn_down.weight", c.n_embd, c.n_ff)) {}

void FeedForward::forward(Mat h, Scratch& s) const {
  Activations& a = s.pack(h);
  gate_.apply(s.gate, a, s);
  up_.apply(s.up, a, s);
  s.for_rows(h.rows,
             [&](int row) { s.kernels.ops.swiglu(s.gate.row(row), s.up.row(row), s.gate.cols); });
  down_.apply(h, s.pack(s.gate), s);
}

}  // namespace q3l
