// Half and bfloat16 conversions for everything compiled for the baseline CPU.
#pragma once

#include <cstdint>
#include <cstring>

namespace q3l {
#include "base/fp16.inl"
}  // namespace q3l
