// Inputs of generated tokens, arranged as weights are unpacked: four lanes to a block, the values
// of its first half in two vectors of 16-bit pairs, those of its second half in two more.
#pragma once

#include "kernels/generic/quantise.inl"

constexpr int kGroupSteps = kGroupBlocks / kStep;
static_assert(kLanes == 4 * kStep);

// kStep blocks of one input row.
struct alignas(4 * kLanes) QuantStep {
  int16_t q[4][kLanes][2];
  // Sums of a block's values in each of its lanes, for offsets, which are 8 or more: of all of
  // them, and of those of the first half.
  int32_t minus_8_sums[2][kLanes];
  float sums[kLanes];  // for minima
};

struct QuantGroup {
  QuantStep steps[kGroupSteps];
  alignas(4 * kLanes) float d;  // value = d * integer
};

inline size_t quant_groups_bytes(int n_in, int n_rows) {
  return static_cast<size_t>(n_rows) * static_cast<size_t>(groups_of(n_in)) * sizeof(QuantGroup);
}

// Takes block number b of a step, in order.
inline void pack_block(const int16_t* x, int b, QuantStep* step) {
  int32_t sums[2] = {};
  for (int i = 0; i < 4; ++i) {
    const int lane = 4 * b + i;
    for (int half = 0; half < 2; ++half) {
      const int16_t* v = x + 16 * half + 4 * i;
      int16_t (*q)[kLanes][2] = step->q + 2 * half;
      q[0][lane][0] = v[0];
      q[0][lane][1] = v[2];
      q[1][lane][0] = v[1];
      q[1][lane][1] = v[3];
      sums[half] += v[0] + v[1] + v[2] + v[3];
    }
  }
  for (int lane = 4 * b; lane < 4 * b + 4; ++lane) {
    step->minus_8_sums[0][lane] = -8 * (sums[0] + sums[1]);
    step->minus_8_sums[1][lane] = -8 * sums[0];
    step->sums[lane] = static_cast<float>(sums[0] + sums[1]);
  }
}

inline void pack_quant_groups(const float* x, size_t stride, int n_in, int begin, int end,
                              uint8_t* packed) {
  auto* group = reinterpret_cast<QuantGroup*>(packed) +
                static_cast<size_t>(begin) * static_cast<size_t>(groups_of(n_in));
  for (int r = begin; r < end; ++r) {
    for (int i = 0; i < n_in; i += kGroup, ++group) {
      const int n = n_in - i < kGroup ? n_in - i : kGroup;
      alignas(64) int16_t q[kGroup] = {};
      group->d = quantise_group(x + static_cast<size_t>(r) * stride + i, n, q);
      for (int b = 0; b < kGroupBlocks; ++b) {
        pack_block(q + 32 * b, b % kStep, &group->steps[b / kStep]);
      }
    }
  }
}
