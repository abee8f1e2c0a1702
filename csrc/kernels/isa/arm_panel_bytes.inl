// A panel's integers as bytes, four of a token multiplied at once: a weight's four are one lane of
// a register that has sixteen. Tokens have a plane of high bytes and one of low ones.
#pragma once

#include "kernels/generic/lanes.inl"
#include "kernels/generic/quantise.inl"

using PanelValue = int8_t;
constexpr bool kScalesFit = false;

// One group of kLanes tokens; padding tokens are zero.
struct alignas(64) TokenTile {
  int8_t q[kGroup / 4][kPlanes][kLanes][4];
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
    tile->q[i / 4][kLow][token][i % 4] = low_byte(q[i]);
    tile->q[i / 4][kHigh][token][i % 4] = high_byte(q[i]);
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

// What generic/panel_words.inl says of it.
template <int kRun, int kValues, int kVectors>
inline void dot_run(const PanelValue (*q)[kValues], int from, const TokenTile* const* tiles,
                    int value, I32 (&dot)[kTileRows][kVectors]) {
  I32 low[kTileRows][kVectors], high[kTileRows][kVectors];
  for (int r = 0; r < kTileRows; ++r) {
    for (int v = 0; v < kVectors; ++v) low[r][v] = high[r][v] = splat(int32_t{0});
  }
  for (int i = 0; i < kRun; i += 16) {
    int8x16_t w[kTileRows];
    for (int r = 0; r < kTileRows; ++r) w[r] = vld1q_s8(q[r] + from + i);
    auto add_four = [&]<int kLane>() {
      for (int v = 0; v < kVectors; ++v) {
        const auto& x = tiles[v]->q[(value + i) / 4 + kLane];
        const int8x16_t x_low = vld1q_s8(x[kLow][0]), x_high = vld1q_s8(x[kHigh][0]);
        for (int r = 0; r < kTileRows; ++r) {
          low[r][v] = vdotq_laneq_s32(low[r][v], x_low, w[r], kLane);
          high[r][v] = vdotq_laneq_s32(high[r][v], x_high, w[r], kLane);
        }
      }
    };
    add_four.template operator()<0>();
    add_four.template operator()<1>();
    add_four.template operator()<2>();
    add_four.template operator()<3>();
  }
  for (int r = 0; r < kTileRows; ++r) {
    for (int v = 0; v < kVectors; ++v) dot[r][v] = add(low[r][v], shift_left<8>(high[r][v]));
  }
}
