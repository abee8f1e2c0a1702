// RISC-V with vectors of Q3L_VECTOR_BITS or more: one row for each length, and one for each with
// conversions of halves.
#include "kernels/kernel_set.h"

namespace q3l::Q3L_ROW {
namespace {

constexpr int kLanes = Q3L_VECTOR_BITS / 32;

#include "kernels/isa/rvv.inl"

#include Q3L_FAMILY_INL

}  // namespace

decltype(kSet)& Q3L_FAMILY_SET() {
  return kSet;
}

}  // namespace q3l::Q3L_ROW
