// Prompt tokens: kLanes weight rows at a time are unpacked into a panel of bytes, whatever their
// format, and multiplied with tiles of kColumns input rows. A lane is a weight row, so nothing is
// reduced across lanes and a block's scale is applied once for its 32 values.
#pragma once

#include "kernels/generic/lanes.inl"
#include "kernels/generic/quantised_inputs.inl"

// 32 values of each row, in kGroups groups that have a scale and an offset each.
template <int kGroups>
struct alignas(64) PanelBlock {
  int8_t q[8][kLanes][4];    // values 4j .. 4j + 3 of each row
  float d[kGroups][kLanes];  // weight = d * q + m
  float m[kGroups][kLanes];
};

template <bool kSigned, int kGroups>
void multiply_panel(const PanelBlock<kGroups>* w, const QuantTile* x, int n_blocks, F* y) {
  F acc[kColumns];
  for (int c = 0; c < kColumns; ++c) acc[c] = splat(0.0f);
  for (int b = 0; b < n_blocks; ++b, ++w, ++x) {
    for (int g = 0; g < kGroups; ++g) {
      I32 dot[kColumns];
      for (int c = 0; c < kColumns; ++c) dot[c] = splat(int32_t{0});
      for (int plane = 0; plane < kPlanes; ++plane) {
        for (int c = 0; c < kColumns && plane > 0; ++c) dot[c] = shift_left<kPlaneBits>(dot[c]);
#pragma GCC unroll 8  // or the accumulators move from register to register at every turn
        for (int j = g * 8 / kGroups; j < (g + 1) * 8 / kGroups; ++j) {
          I32 weights = load(reinterpret_cast<const int32_t*>(w->q[j]));
          for (int c = 0; c < kColumns; ++c) {
            int32_t four;
            std::memcpy(&four, x->q[plane][j][c], 4);
            dot[c] = kSigned ? dot4_ss(dot[c], weights, splat(four))
                             : dot4_us(dot[c], weights, splat(four));
          }
        }
      }
      F d = load(w->d[g]), m = load(w->m[g]);
      const float* sum = kGroups == 1 ? x->sum : x->half_sum[g];
      for (int c = 0; c < kColumns; ++c) {
        acc[c] = fma(mul(to_float(dot[c]), splat(x->d[c])), d, acc[c]);
        acc[c] = fma(m, splat(sum[c]), acc[c]);
      }
    }
  }
  for (int c = 0; c < kColumns; ++c) y[c] = acc[c];
}

template <int kGroups>
size_t panel_bytes(int n_in) {
  return static_cast<size_t>(n_in / 32) * sizeof(PanelBlock<kGroups>);
}

// An unpacker is a format's way into the panel:
//   static void unpack(const uint8_t* row, int n_blocks, int lane, PanelBlock<kGroups>* panel).
template <class Unpacker, bool kSigned, int kGroups>
void multiply_prompt_rows(const MatmulArgs& a) {
  auto* panel = reinterpret_cast<PanelBlock<kGroups>*>(a.scratch);
  const int n_blocks = a.n_in / 32;
  for (int first = a.row_begin; first < a.row_end; first += kLanes) {
    const int n = a.row_end - first < kLanes ? a.row_end - first : kLanes;
    if (n < kLanes) std::memset(panel, 0, panel_bytes<kGroups>(a.n_in));
    for (int lane = 0; lane < n; ++lane) {
      Unpacker::unpack(a.weights + static_cast<size_t>(first + lane) * a.row_bytes, n_blocks, lane,
                       panel);
    }
    auto* tile = reinterpret_cast<const QuantTile*>(a.packed);
    for (int r = 0; r < a.n_rows; r += kColumns, tile += n_blocks) {
      F y[kColumns];
      multiply_panel<kSigned>(panel, tile, n_blocks, y);
      for (int c = 0; c < kColumns && r + c < a.n_rows; ++c) {
        store_first(a.y + static_cast<size_t>(r + c) * a.y_stride + first, y[c], n);
      }
    }
  }
}

// Copies block `block` of a stored step to its row's lane, dword by dword.
template <int kGroups>
inline void scatter_block(PanelBlock<kGroups>* to, int lane, const int8_t* step, int block) {
  for (int j = 0; j < 8; ++j) std::memcpy(to->q[j][lane], step + 4 * payload_dword(block, j), 4);
}
