// y = x / rms(x) * weight, for a row or a head.
#pragma once

namespace q3l {

struct Norm {
  const float* weight;
  float epsilon;
};

}  // namespace q3l
