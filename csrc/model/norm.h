// y = x / rms(x) * weight, for a row or a head; y may be x.
#pragma once

#include "kernels/kernel_set.h"

namespace q3l {

struct Norm {
  const float* weight;
  float epsilon;

  void apply(const OpsSet& ops, float* y, const float* x, int n) const {
    ops.rms_norm(y, x, weight, n, epsilon);
  }
};

}  // namespace q3l
