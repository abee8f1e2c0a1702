// A matrix product over some rows of packed inputs: y = W x. y and the inputs have the same rows.
#pragma once

#include "base/mat.h"
#include "kernels/kernel_set.h"
#include "model/tensor_source.h"

namespace q3l {

struct Product {
  Weight weight;
  Mat y;
  Role role;
  int begin, end;  // rows; counted from the role's first, begin is a multiple of pack_tile
};

}  // namespace q3l
