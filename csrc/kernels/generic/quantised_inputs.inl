// Inputs in 8 bits with a scale for every 32 values, in the two layouts that integer kernels read:
// steps of one row for generated tokens, tiles of kColumns rows for prompt tokens.
#pragma once

// kStep blocks of one input row, in the order in which load_bytes hands out weights.
struct alignas(4 * kLanes) QuantStep {
  int8_t q[32 * kStep];
  float d[kLanes];      // each lane's block's scale
  int32_t sum[kLanes];  // of the values that a dot product adds in that lane
};

// 32 values of kColumns input rows; padding rows are zero.
struct alignas(64) QuantTile {
  int8_t q[8][kColumns][4];
  float d[kColumns];
  float sum[kColumns];          // d times the sum of q
  float half_sum[2][kColumns];  // the same for values 0-15 and 16-31
};

// Quantises 32 values to [-127, 127]; returns the scale.
inline float quantise_block(const float* x, int8_t* q) {
  F largest = splat(0.0f);
  for (int i = 0; i < 32; i += kLanes) largest = max(largest, abs(load(x + i)));
  float extreme = reduce_max(largest);
  F inverse = splat(extreme > 0.0f ? 127.0f / extreme : 0.0f);
  for (int i = 0; i < 32; i += kLanes) store_i8(q + i, round(mul(load(x + i), inverse)));
  return extreme / 127.0f;
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
      alignas(64) int8_t natural[32 * kStep] = {};
      float scale[kStep] = {};
      for (int b = 0; b < kStep && s * kStep + b < n_blocks; ++b) {
        scale[b] = quantise_block(row + 32 * (s * kStep + b), natural + 32 * b);
      }
      Payload q = load_bytes<32>(reinterpret_cast<const uint8_t*>(natural));
      store(steps[s].q, q);
      store(steps[s].sum, dot_us(splat(int32_t{0}), splat_payload(1), q));
      for (int lane = 0; lane < kLanes; ++lane) steps[s].d[lane] = scale[lane / (kLanes / kStep)];
    }
  }
}

size_t quant_tiles_bytes(int n_in, int n_rows) {
  int n_tiles = (n_rows + kColumns - 1) / kColumns;
  return static_cast<size_t>(n_tiles) * static_cast<size_t>(n_in / 32) * sizeof(QuantTile);
}

void pack_quant_tiles(const float* x, size_t stride, int n_in, int begin, int end,
                      uint8_t* packed) {
  const int n_blocks = n_in / 32;
  for (int first = begin; first < end; first += kColumns) {
    auto* tile = reinterpret_cast<QuantTile*>(packed) +
                 static_cast<size_t>(first / kColumns) * static_cast<size_t>(n_blocks);
    for (int b = 0; b < n_blocks; ++b, ++tile) {
      std::memset(tile, 0, sizeof *tile);
      for (int c = 0; c < kColumns && first + c < end; ++c) {
        alignas(64) int8_t q[32];
        float d = quantise_block(x + static_cast<size_t>(first + c) * stride + 32 * b, q);
        int sum[2] = {};
        for (int i = 0; i < 32; ++i) sum[i / 16] += q[i];
        for (int j = 0; j < 8; ++j) std::memcpy(tile->q[j][c], q + 4 * j, 4);
        tile->d[c] = d;
        tile->sum[c] = d * static_cast<float>(sum[0] + sum[1]);
        for (int half = 0; half < 2; ++half)
          tile->half_sum[half][c] = d * static_cast<float>(sum[half]);
      }
    }
  }
}
