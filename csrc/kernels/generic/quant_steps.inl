// Inputs of generated tokens, arranged as weights are unpacked: four lanes to a block, the values
// of its first half in two vectors of 16-bit pairs, those of its second half in two more; and the
// same as bytes, a vector for each half.
#pragma once

#include "kernels/generic/quantise.inl"

static_assert(kLanes == 4 * kStep);

// kStep blocks of one input row.
struct alignas(4 * kLanes) QuantStep {
  int16_t q[4][kLanes][2];
  int8_t planes[kPlanes][2][kLanes][4];
  // Sums of the values that a dot product adds in a lane, for offsets, which are 8 or more.
  int32_t minus_8_sums[kLanes];
  float sums[kLanes];  // for minima: the same or, if kWholeSums, all of the lane's block
};

struct QuantGroup {
  QuantStep steps[kGroupSteps];
  alignas(4 * kLanes) float d;  // value = d * integer
};

inline size_t quant_groups_bytes(int n_in, int n_rows) {
  return static_cast<size_t>(n_rows) * static_cast<size_t>(groups_of(n_in)) * sizeof(QuantGroup);
}

// Takes kStep blocks.
inline void pack_step(const int16_t* x, QuantStep* step) {
  int32_t sums[2][kLanes];
  for (int half = 0; half < 2; ++half) {
    for (int lane = 0; lane < kLanes; ++lane) {
      uint64_t four;
      std::memcpy(&four, x + 32 * (lane / 4) + 16 * half + 4 * (lane % 4), sizeof four);
      const auto even = static_cast<uint32_t>((four & 0xffff) | (four >> 16 & 0xffff0000));
      const auto odd = static_cast<uint32_t>((four >> 16 & 0xffff) | (four >> 32 & 0xffff0000));
      std::memcpy(step->q[2 * half][lane], &even, sizeof even);
      std::memcpy(step->q[2 * half + 1][lane], &odd, sizeof odd);
      for (int i = 0; i < 4; ++i) {
        const auto v = static_cast<int16_t>(four >> 16 * i);
        step->planes[kLow][half][lane][i] = low_byte(v);
        step->planes[kHigh][half][lane][i] = high_byte(v);
      }
      sums[half][lane] = (static_cast<int16_t>(even) + (static_cast<int32_t>(even) >> 16)) +
                         (static_cast<int16_t>(odd) + (static_cast<int32_t>(odd) >> 16));
    }
  }
  for (int lane = 0; lane < kLanes; ++lane) {
    step->minus_8_sums[lane] = -8 * (sums[0][lane] + sums[1][lane]);
    step->sums[lane] = static_cast<float>(sums[0][lane] + sums[1][lane]);
  }
  if constexpr (kWholeSums) {
    for (int lane = 0; lane < kLanes; lane += 4) {
      const float* parts = step->sums + lane;
      const float sum = (parts[0] + parts[1]) + (parts[2] + parts[3]);
      for (int i = lane; i < lane + 4; ++i) step->sums[i] = sum;
    }
  }
}

inline void pack_quant_groups(const float* x, size_t stride, int n_in, int begin, int end,
                              uint8_t* packed) {
  auto* group = reinterpret_cast<QuantGroup*>(packed) +
                static_cast<size_t>(begin) * static_cast<size_t>(groups_of(n_in));
  for (int r = begin; r < end; ++r, x += stride) {
    for (int i = 0; i < n_in; i += kGroup, ++group) {
      const int n = n_in - i < kGroup ? n_in - i : kGroup;
      alignas(64) int16_t q[kGroup] = {};
      group->d = quantise_group(x + i, n, q);
      for (int s = 0; s < kGroupSteps; ++s) pack_step(q + 32 * kStep * s, &group->steps[s]);
    }
  }
}
