// Scaled sums of runs' products where an instruction adds up pairs of them in 16 bits.
#pragma once

constexpr bool kMultipliesBytes = false;  // by one instruction, whatever their signs

using RunScale = I32;

inline RunScale scale_of_run(const HalfBlocks& scales, int run) {
  return spread_half_blocks(scales, run);
}
// acc += scale * (w . x), by lanes, of n runs. REQUIRES: w is below 64.
template <int n>
inline I32 add_scaled(I32 acc, const I32 (&w)[n], const I32 (&x)[n], RunScale scale) {
#pragma GCC unroll 2
  for (int i = 0; i < n; ++i) acc = dot2(acc, multiply_bytes(w[i], x[i]), scale);
  return acc;
}
