// Sums of products with 32-value blocks: a vector for four weight rows, which leaves registers for
// the weights of four rows beside the sums of eight tokens.
#pragma once

#include "kernels/generic/quad_sums.inl"

constexpr bool kWholeSums = true;  // a lane has a row, and a block's inputs
constexpr bool kRowsTogether = true;

template <int kRows, int kColumns>
using BlockSums = QuadSums<kRows, kColumns>;
