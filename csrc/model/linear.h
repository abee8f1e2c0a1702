// y = W x + b for every row, whatever W's format, in the kernels of each row's role.
#pragma once

#include <initializer_list>
#include <span>

#include "model/product.h"
#include "model/scratch.h"

namespace q3l {

// Computes products that share their inputs in one parallel loop. REQUIRES: every weight has
// a.cols() columns.
void multiply(std::span<const Product> products, Activations& a, Scratch& s);

class Linear {
 public:
  // The tensors "<name>.weight" [n_out, n_in] and, where there is one, "<name>.bias" [n_out].
  Linear(TensorSource& tensors, const std::string& name, int n_out, int n_in);
  explicit Linear(const Weight& weight) : weight_(weight), bias_(nullptr) {}

  const Weight& weight() const { return weight_; }
  bool has_bias() const { return bias_ != nullptr; }
  int n_out() const { return weight_.rows; }
  size_t weight_bytes() const { return static_cast<size_t>(n_out()) * weight_.row_bytes(); }
  // The same for outputs [begin, end) alone.
  Linear rows(int begin, int end) const;
  bool is_real() const { return weight_.format->family == Family::real; }

  // y: [rows, n_out]; a: [rows, n_in].
  void apply(Mat y, Activations& a, Scratch& s) const;
  // x += W a + b. REQUIRES: n_out is the width of s.h, which is overwritten.
  void add_to(Mat x, Activations& a, Scratch& s) const;

  struct Output;
  // Several layers on the same inputs, in one parallel loop; rows of roles before `first` excepted.
  static void apply_all(std::initializer_list<Output> outputs, Activations& a, Scratch& s,
                        Role first = Role::prompt);

  // silu(gate a) * (up a), as inputs of `next`. REQUIRES: s.gate and s.up have room.
  static Activations& apply_gated(const Linear& gate, const Linear& up, const Linear& next,
                                  Activations& a, Scratch& s);

 private:
  // The same for prompt rows, in one step where there are kernels for it; says whether it did.
  static bool gate_prompt(const Linear& gate, const Linear& up, const Linear& next, Activations& a,
                          Scratch& s);

  Weight weight_;
  const float* bias_;  // or nullptr
};

struct Linear::Output {
  const Linear& linear;
  Mat y;  // [rows, n_out]; as in Product, so are the others
  Finish finish = {};
  int unit = 1;
};

}  // namespace q3l
