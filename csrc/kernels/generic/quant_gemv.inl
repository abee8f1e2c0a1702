// Generated tokens: a weight row is read once and multiplied, block by block where it lies, with
// every input row. Four at a time share the unpacking; each one's arithmetic is the same alone.
#pragma once

#include "kernels/generic/quantised_inputs.inl"

// A multiplier is a format's row kernel:
//   template <int kCount> static void run(const uint8_t* w, const QuantStep* x, int n_in, F* acc).
template <class Multiplier>
void multiply_generated_rows(const MatmulArgs& a) {
  const int n_steps = steps_of(a.n_in);
  auto* x = reinterpret_cast<const QuantStep*>(a.packed);
  for (int row = a.row_begin; row < a.row_end; ++row) {
    const uint8_t* w = a.weights + static_cast<size_t>(row) * a.row_bytes;
    float* y = a.y + row;
    int r = 0;
    for (; r + 4 <= a.n_rows; r += 4) {
      F acc[4];
      Multiplier::template run<4>(w, x + r * n_steps, a.n_in, acc);
      for (int c = 0; c < 4; ++c) y[static_cast<size_t>(r + c) * a.y_stride] = reduce_add(acc[c]);
    }
    for (; r < a.n_rows; ++r) {
      F acc;
      Multiplier::template run<1>(w, x + r * n_steps, a.n_in, &acc);
      y[static_cast<size_t>(r) * a.y_stride] = reduce_add(acc);
    }
  }
}
