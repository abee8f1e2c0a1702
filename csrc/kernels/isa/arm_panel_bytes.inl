// A panel's integers as bytes, kTokenRun of a token multiplied at once. Tokens have a plane of high
// bytes and one of low ones. REQUIRES: kTokenRun.
#pragma once

#include "kernels/generic/lanes.inl"
#include "kernels/generic/quantise.inl"

using PanelValue = int8_t;
constexpr bool kScalesFit = false;

// One group of kLanes tokens; padding tokens are zero.
struct alignas(64) TokenTile {
  int8_t q[kGroup / kTokenRun][kPlanes][kLanes][kTokenRun];
  float sum[kGroupBlocks][kLanes];  // of a block's integers: weights with a minimum need them
  float d[kLanes];                  // value = d * integer
};

inline size_t token_tiles_bytes(int n_in, int n_rows) {
  const int n_tiles = (n_rows + kLanes - 1) / kLanes;
  return static_cast<size_t>(n_tiles) * static_cast<size_t>(groups_of(n_in)) * sizeof(TokenTile);
}

// A token's n values, a multiple of 32.
inline void pack_token(const float* x, int n, int token, TokenTile* tile) {
  alignas(64) int16_t q[kGroup] = {};
  tile->d[token] = quantise_group(x, n, q);
  for (int i = 0; i < kGroup; ++i) {
    auto& run = tile->q[i / kTokenRun];
    run[kLow][token][i % kTokenRun] = low_byte(q[i]);
    run[kHigh][token][i % kTokenRun] = high_byte(q[i]);
  }
  for (int b = 0; b < kGroupBlocks; ++b) {
    int32_t sum = 0;
    for (int i = 32 * b; i < 32 * (b + 1); ++i) sum += q[i];
    tile->sum[b][token] = static_cast<float>(sum);
  }
}

inline void pack_token_tiles(const float* x, size_t stride, int n_in, int begin, int end,
                             uint8_t* packed) {
  const int n_groups = groups_of(n_in);
  for (int first = begin; first < end; first += kLanes) {
    auto* tile = reinterpret_cast<TokenTile*>(packed) +
                 static_cast<size_t>(first / kLanes) * static_cast<size_t>(n_groups);
    if (end - first < kLanes) std::memset(tile, 0, static_cast<size_t>(n_groups) * sizeof *tile);
    for (int token = 0; token < kLanes && first + token < end; ++token) {
      const float* row = x + static_cast<size_t>(first - begin + token) * stride;
      for (int g = 0; g < n_groups; ++g) {
        const int n = n_in - g * kGroup < kGroup ? n_in - g * kGroup : kGroup;
        pack_token(row + g * kGroup, n, token, tile + g);
      }
    }
  }
}

inline void store_values(Payload q, PanelValue (*values)[32]) {
  vst1q_s8(values[0], q.first);
  vst1q_s8(values[0] + 16, q.second);
}
