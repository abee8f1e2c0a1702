// How a tile's sums lie in vectors: here one for each weight row and kLanes tokens.
#pragma once

#include "kernels/generic/lanes.inl"

// A row's scale, or its minimum, in the lanes of vector r.
inline F splat_row(const float* rows, int r) {
  return splat(rows[r]);
}
// What kLanes tokens have, in the lanes of vector r.
inline F load_tokens(const float* tokens, int) {
  return load(tokens);
}
// Vectors become rows.
inline void sort_rows(F (&)[kLanes]) {}
