// y = W x for every row, whatever W's format, in the kernels of each row's role.
#pragma once

#include "model/scratch.h"
#include "model/tensor_source.h"

namespace q3l {

class Linear {
 public:
  explicit Linear(const Weight& weight) : weight_(weight) {}

  int n_out() const { return weight_.rows; }

  // y: [rows, n_out]; a: [rows, n_in].
  void apply(Mat y, Activations& a, Scratch& s) const;

 private:
  void apply_role(Mat y, Activations& a, Role role, Scratch& s) const;

  Weight weight_;
};

}  // namespace q3l
