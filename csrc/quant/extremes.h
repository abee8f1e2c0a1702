// What the encoders ask of a block of values before they choose its scale.
#pragma once

#include <cmath>
#include <utility>

namespace q3l {

// The value of largest magnitude, with its sign (the first one of equals).
inline float signed_extreme(const float* x, int n) {
  float extreme = 0.0f;
  for (int i = 0; i < n; ++i) {
    if (std::fabs(x[i]) > std::fabs(extreme)) extreme = x[i];
  }
  return extreme;
}

inline std::pair<float, float> min_max(const float* x, int n) {
  float lo = x[0], hi = x[0];
  for (int i = 1; i < n; ++i) {
    lo = x[i] < lo ? x[i] : lo;
    hi = x[i] > hi ? x[i] : hi;
  }
  return {lo, hi};
}

}  // namespace q3l
