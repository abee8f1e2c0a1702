// RISC-V with vectors of 256 bits or more.
#include "kernels/kernel_set.h"

namespace q3l::rvv256 {
namespace {

constexpr int kLanes = 8;

#include "kernels/isa/rvv.inl"

#include Q3L_FAMILY_INL

}  // namespace

decltype(kSet)& Q3L_FAMILY_SET() {
  return kSet;
}

}  // namespace q3l::rvv256
