// Inputs of generated tokens: 15 bits with a scale for every 32 values, split into two planes of 8
// bits so that integer kernels multiply both with one unpacking of the weights:
// x = d * (128 * high + low). One plane alone would cost more quality than 4-bit weights do
// (docs/architecture.md).
#pragma once

constexpr int kPlanes = 2;
constexpr int kPlaneBits = 7;

// kStep blocks of one input row, in the order in which load_bytes hands out weights. The sums are
// of the values that a dot product adds in that lane; weights with an offset or a minimum need
// them.
struct alignas(4 * kLanes) QuantStep {
  int8_t q[kPlanes][32 * kStep];  // high, low
  float d[kLanes];                // each lane's block's scale
  int32_t sum_times_8[kLanes];    // for offsets, which are 8 or more
  float d_times_sum[kLanes];      // for minima
};

// Quantises 32 values and splits them into planes; returns the scale.
inline float quantise_block(const float* x, int8_t* high, int8_t* low) {
  constexpr float kLargest = 127 << kPlaneBits;
  F largest = splat(0.0f);
  for (int i = 0; i < 32; i += kLanes) largest = max(largest, abs(load(x + i)));
  const float extreme = reduce_max(largest);
  const F inverse = splat(extreme > 0.0f ? kLargest / extreme : 0.0f);
  for (int i = 0; i < 32; i += kLanes) {
    F v = round(mul(load(x + i), inverse));
    F h = round(mul(v, splat(1.0f / (1 << kPlaneBits))));
    store_i8(high + i, h);
    store_i8(low + i, fma(h, splat(-static_cast<float>(1 << kPlaneBits)), v));
  }
  return extreme / kLargest;
}

template <bool kSigned>
inline I32 dot_planes(Payload w, const QuantStep& x) {
  return dot_planes<kSigned>(w, load_payload(x.q[0]), load_payload(x.q[1]));
}

inline int steps_of(int n_in) {
  return (n_in / 32 + kStep - 1) / kStep;
}

size_t quant_steps_bytes(int n_in, int n_rows) {
  return static_cast<size_t>(n_rows) * static_cast<size_t>(steps_of(n_in)) * sizeof(QuantStep);
}

void pack_quant_steps(const float* x, size_t stride, int n_in, int begin, int end,
                      uint8_t* packed) {
  const int n_blocks = n_in / 32, n_steps = steps_of(n_in);
  for (int r = begin; r < end; ++r) {
    const float* row = x + static_cast<size_t>(r) * stride;
    auto* steps = reinterpret_cast<QuantStep*>(packed) +
                  static_cast<size_t>(r) * static_cast<size_t>(n_steps);
    for (int s = 0; s < n_steps; ++s) {
      alignas(64) int8_t natural[kPlanes][32 * kStep] = {};
      float scale[kStep] = {};
      for (int b = 0; b < kStep && s * kStep + b < n_blocks; ++b) {
        scale[b] =
            quantise_block(row + 32 * (s * kStep + b), natural[0] + 32 * b, natural[1] + 32 * b);
      }
      for (int plane = 0; plane < kPlanes; ++plane) {
        store(steps[s].q[plane], load_bytes<32>(reinterpret_cast<const uint8_t*>(natural[plane])));
      }
      for (int lane = 0; lane < kLanes; ++lane) steps[s].d[lane] = scale[lane / (kLanes / kStep)];
      const I32 sum = dot_planes<false>(splat_payload(1), steps[s]);
      store(steps[s].sum_times_8, shift_left<3>(sum));
      store(steps[s].d_times_sum, mul(to_float(sum), load(steps[s].d)));
    }
  }
}
