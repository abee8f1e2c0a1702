// The Walsh-Hadamard transform, which is its own inverse: dot products stay what they are, and what
// stood out is spread over all values.
#pragma once

#include "kernels/generic/lanes.inl"

template <int... kIndices>
struct LaneIndices {
  // Lane i gets lane i ^ kDistance.
  template <int kDistance>
  static F exchange(F v) {
    return __builtin_shufflevector(v, v, (kIndices ^ kDistance)...);
  }
};
template <int kCount, int... kIndices>
struct CountLanes : CountLanes<kCount - 1, kCount - 1, kIndices...> {};
template <int... kIndices>
struct CountLanes<0, kIndices...> {
  using Indices = LaneIndices<kIndices...>;
};

// Sums and differences of lanes kDistance apart, for all distances from there down.
template <int kDistance = kLanes / 2>
inline F transform_lanes(F v) {
  if constexpr (kDistance == 0) {
    return v;
  } else {
    alignas(64) float signs[kLanes];
    for (int i = 0; i < kLanes; ++i) signs[i] = i & kDistance ? -1.0f : 1.0f;
    const F other = CountLanes<kLanes>::Indices::template exchange<kDistance>(v);
    return transform_lanes<kDistance / 2>(fma(v, load(signs), other));
  }
}

// One vector of n values, a power of two and at least kLanes.
inline void transform_vector(float* x, int n) {
  for (int distance = n / 2; distance >= kLanes; distance /= 2) {
    for (int begin = 0; begin < n; begin += 2 * distance) {
      for (int i = begin; i < begin + distance; i += kLanes) {
        const F a = load(x + i), b = load(x + i + distance);
        store(x + i, add(a, b));
        store(x + i + distance, sub(a, b));
      }
    }
  }
  const F scale = splat(1.0f / __builtin_sqrtf(static_cast<float>(n)));
  for (int i = 0; i < n; i += kLanes) store(x + i, mul(transform_lanes(load(x + i)), scale));
}

// Vectors of the largest power of two that divides n. REQUIRES: n is a multiple of kKvBlock.
inline void spread_outliers(float* x, int n) {
  const int size = n & -n;
  for (int begin = 0; begin < n; begin += size) transform_vector(x + begin, size);
}
