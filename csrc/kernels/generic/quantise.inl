// Inputs of integer products: kLargestInput at most, 12 to 16 bits, with a scale for every 256
// values. Finer scales would gain nothing, since so many bits leave room for outliers; 8 bits would
// cost more quality than 4-bit weights do (docs/architecture.md).
#pragma once

constexpr int kGroup = 256;      // values that share a scale
constexpr int kGroupBlocks = 8;  // of 32 values
constexpr int kGroupSteps = kGroupBlocks / kStep;

// Parts of an input: value = 256 * high + low, both signed bytes.
enum Plane { kLow, kHigh, kPlanes };

inline int8_t low_byte(int16_t v) {
  return static_cast<int8_t>(v);
}
inline int8_t high_byte(int16_t v) {
  return static_cast<int8_t>((v - low_byte(v)) >> 8);
}

inline int groups_of(int n_in) {
  return (n_in + kGroup - 1) / kGroup;
}

// Quantises n values, a multiple of 32, and returns the scale.
template <int kLargest = kLargestInput>
inline float quantise_group(const float* x, int n, int16_t* q) {
  F largest = splat(0.0f);
  for (int i = 0; i < n; i += kLanes) largest = max(largest, abs(load(x + i)));
  const float extreme = reduce_max(largest);
  const F inverse = splat(extreme > 0.0f ? kLargest / extreme : 0.0f);
  for (int i = 0; i < n; i += kLanes) store_i16(q + i, round(mul(load(x + i), inverse)));
  return extreme / kLargest;
}
