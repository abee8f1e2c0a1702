// Inputs of prompt tokens: tiles of kLanes tokens, a lane each, whose values are 16-bit integers in
// pairs.
#pragma once

#include "kernels/generic/lanes.inl"
#include "kernels/generic/quantise.inl"

constexpr int kBlockPairs = 16;  // of values, in a block

// One group of kLanes tokens; padding tokens are zero.
struct alignas(64) TokenTile {
  int16_t q[kGroupBlocks * kBlockPairs][kLanes][2];
  float sum[kGroupBlocks][kLanes];  // of a block's integers: weights with a minimum need them
  float d[kLanes];                  // value = d * integer
};

inline size_t token_tiles_bytes(int n_in, int n_rows) {
  const int n_tiles = (n_rows + kLanes - 1) / kLanes;
  return static_cast<size_t>(n_tiles) * static_cast<size_t>(groups_of(n_in)) * sizeof(TokenTile);
}

inline int32_t sum_of_block(const int16_t* q) {
  int32_t sum = 0;
  for (int i = 0; i < 32; ++i) sum += q[i];
  return sum;
}

// Writes n values, a multiple of 32, of each of n_tokens tokens.
inline void pack_group(const float* x, size_t stride, int n, int n_tokens, TokenTile* tile) {
  alignas(64) int16_t q[kLanes][kGroup] = {};
  for (int c = 0; c < kLanes; ++c) {
    tile->d[c] = c < n_tokens ? quantise_group(x + static_cast<size_t>(c) * stride, n, q[c]) : 0.0f;
    for (int b = 0; b < n / 32; ++b) {
      tile->sum[b][c] = static_cast<float>(sum_of_block(q[c] + 32 * b));
    }
  }
  // Pairs of 16-bit integers move as floats do.
  for (int j = 0; j < n / 2; j += kLanes) {
    F pairs[kLanes];
    for (int c = 0; c < kLanes; ++c) pairs[c] = load(reinterpret_cast<const float*>(q[c] + 2 * j));
    transpose(pairs);
    for (int i = 0; i < kLanes; ++i) store(reinterpret_cast<float*>(tile->q[j + i]), pairs[i]);
  }
}

inline void pack_token_tiles(const float* x, size_t stride, int n_in, int begin, int end,
                             uint8_t* packed) {
  const int n_groups = groups_of(n_in);
  for (int first = begin; first < end; first += kLanes) {
    auto* tile = reinterpret_cast<TokenTile*>(packed) +
                 static_cast<size_t>(first / kLanes) * static_cast<size_t>(n_groups);
    const int n_tokens = end - first < kLanes ? end - first : kLanes;
    for (int g = 0; g < n_groups; ++g) {
      const int n = n_in - g * kGroup < kGroup ? n_in - g * kGroup : kGroup;
      pack_group(x + static_cast<size_t>(first - begin) * stride + g * kGroup, stride, n, n_tokens,
                 tile + g);
    }
  }
}
