// Sums of products of 16-bit pairs where one instruction adds both.
#pragma once

using PairSums = I32;

inline PairSums add_products(PairSums sums, I32 w, I32 x) {
  return dot2(sums, w, x);
}
inline I32 total(PairSums sums) {
  return sums;
}
