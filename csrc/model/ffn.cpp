#include "model/ffn.h"

namespace q3l {

FeedForward::FeedForward(const Config& c, TensorSource& tensors, const std::string& prefix)
    : gate_(tensors, prefix + "ffn_gate", c.n_ff, c.n_embd),
      up_(tensors, prefix + "ffn_up", c.n_ff, c.n_embd),
      down_(tensors, prefix + "ffn_down", c.n_embd, c.n_ff) {}

void FeedForward::forward(Mat h, Scratch& s) const {
  s.shape_feed_forward(h.rows, gate_.n_out());
  Linear::apply_all({{gate_, s.gate}, {up_, s.up}}, s.pack(h), s);
  s.for_rows(h.rows,
             [&](int row) { s.kernels.ops.swiglu(s.gate.row(row), s.up.row(row), s.gate.cols); });
  down_.apply(h, s.pack(s.gate), s);
}

}  // namespace q3l
