// Attention that rounds nothing but what the cache did, where the instruction set has no other.
#pragma once

#include "kernels/generic/attend_prompt.inl"

template <class Kv>
constexpr RowAttention kAttendRounded = kAttend<Kv>;
template <class Kv>
constexpr auto kAttendTileRounded = attend_tile<Kv>;
