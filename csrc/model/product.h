// A matrix product over some rows of packed inputs, y = W x + b, and what becomes of it.
#pragma once

#include "base/function_ref.h"
#include "base/mat.h"
#include "kernels/kernel_set.h"
#include "model/tensor_source.h"

namespace q3l {

// Some rows and columns of a product's outputs.
struct OutputBlock {
  int row, column;  // of the first value
  Mat values;
};

// Takes every output once, in blocks of any shape, on the thread that computed it and while it is
// in cache. It may write to the block.
using Finish = FunctionRef<void(const OutputBlock&)>;

// y and the inputs have the same rows.
struct Product {
  Weight weight;
  Mat y;  // nothing is kept here of prompt rows with a finish
  Role role;
  int begin, end;  // rows; counted from the role's first, begin is a multiple of pack_tile
  const float* bias = nullptr;
  Finish finish = {};
  int unit = 1;  // a finish's blocks are multiples of so many columns
};

}  // namespace q3l
