// Sums of products with 32-value blocks: a vector for each weight row.
#pragma once

#include "kernels/generic/row_sums.inl"

constexpr bool kWholeSums = false, kRowsTogether = false;

template <int kRows, int kColumns>
using BlockSums = RowSums<kRows, kColumns>;
