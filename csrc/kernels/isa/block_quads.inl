// Sums of products with 32-value blocks: a vector for four weight rows, which leaves registers for
// the weights of four rows and eight tokens' sums.
#pragma once

#include "kernels/isa/quad_sums.inl"

constexpr bool kRowsTogether = true;

template <int kRows, int kColumns>
using BlockSums = QuadSums<kRows, kColumns>;
