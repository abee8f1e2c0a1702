// RISC-V with vectors of 128 bits or more.
#include "kernels/kernel_set.h"

namespace q3l::rvv128 {
namespace {

constexpr int kLanes = 4;

#include "kernels/isa/rvv.inl"

#include Q3L_FAMILY_INL

}  // namespace

decltype(kSet)& Q3L_FAMILY_SET() {
  return kSet;
}

}  // namespace q3l::rvv128
