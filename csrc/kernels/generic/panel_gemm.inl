// Prompt tokens: kPanelRows weight rows at a time are unpacked into a panel of bytes, whatever
// their format, and multiplied with tiles of kColumns input rows. A lane is a weight row, so
// nothing is reduced across lanes and a block's scale is applied once for its 32 values.
#pragma once

#include "kernels/generic/lanes.inl"
#include "kernels/generic/quantised_inputs.inl"

constexpr int kPanelRows = kPanelVectors * kLanes;

// 32 values of each row, in kGroups groups that have a scale and an offset each.
template <int kGroups>
struct alignas(64) PanelBlock {
  int8_t q[8][kPanelRows][4];    // values 4j .. 4j + 3 of each row
  float d[kGroups][kPanelRows];  // weight = d * q + m
  float m[kGroups][kPanelRows];
};

// The integer products of one group of a block: dot[c][v] += values of column c times vector v's
// rows.
template <bool kSigned, int kGroups>
inline void dot_group(const PanelBlock<kGroups>& w, const QuantTile& x, int g,
                      I32 (&dot)[kColumns][kPanelVectors]) {
  for (int plane = 0; plane < kPlanes; ++plane) {
    for (auto& column : dot) {
      for (I32& d : column) d = plane == 0 ? splat(int32_t{0}) : shift_left<kPlaneBits>(d);
    }
#pragma GCC unroll 8  // or the accumulators move from register to register at every turn
    for (int j = g * 8 / kGroups; j < (g + 1) * 8 / kGroups; ++j) {
      I32 weights[kPanelVectors];
      for (int v = 0; v < kPanelVectors; ++v) {
        weights[v] = load(reinterpret_cast<const int32_t*>(w.q[j][v * kLanes]));
      }
      for (int c = 0; c < kColumns; ++c) {
        int32_t four;
        std::memcpy(&four, x.q[plane][j][c], 4);
        const I32 input = splat(four);
        for (int v = 0; v < kPanelVectors; ++v) {
          I32& d = dot[c][v];
          d = kSigned ? dot4_ss(d, weights[v], input) : dot4_us(d, weights[v], input);
        }
      }
    }
  }
}

template <bool kSigned, int kGroups>
void multiply_panel(const PanelBlock<kGroups>* w, const QuantTile* x, int n_blocks,
                    F (&y)[kColumns][kPanelVectors]) {
  F acc[kColumns][kPanelVectors];
  for (auto& column : acc) {
    for (F& a : column) a = splat(0.0f);
  }
  for (int b = 0; b < n_blocks; ++b, ++w, ++x) {
    for (int g = 0; g < kGroups; ++g) {
      I32 dot[kColumns][kPanelVectors];
      dot_group<kSigned>(*w, *x, g, dot);
      const float* sum = kGroups == 1 ? x->sum : x->half_sum[g];
      for (int v = 0; v < kPanelVectors; ++v) {
        const F d = load(w->d[g] + v * kLanes), m = load(w->m[g] + v * kLanes);
        for (int c = 0; c < kColumns; ++c) {
          F& a = acc[c][v];
          a = fma(mul(to_float(dot[c][v]), splat(x->d[c])), d, a);
          a = fma(m, splat(sum[c]), a);
        }
      }
    }
  }
  std::memcpy(y, acc, sizeof acc);
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
  for (int first = a.row_begin; first < a.row_end; first += kPanelRows) {
    const int n = a.row_end - first < kPanelRows ? a.row_end - first : kPanelRows;
    if (n < kPanelRows) std::memset(panel, 0, panel_bytes<kGroups>(a.n_in));
    for (int lane = 0; lane < n; ++lane) {
      Unpacker::unpack(a.weights + static_cast<size_t>(first + lane) * a.row_bytes, n_blocks, lane,
                       panel);
    }
    auto* tile = reinterpret_cast<const QuantTile*>(a.packed);
    for (int r = 0; r < a.n_rows; r += kColumns, tile += n_blocks) {
      F y[kColumns][kPanelVectors];
      multiply_panel<kSigned>(panel, tile, n_blocks, y);
      for (int c = 0; c < kColumns && r + c < a.n_rows; ++c) {
        float* out = a.y + static_cast<size_t>(r + c) * a.y_stride + first;
        for (int v = 0; v * kLanes < n; ++v) store_first(out + v * kLanes, y[c][v], n - v * kLanes);
      }
    }
  }
}

// Copies block `block` of a stored step to its row's lane, dword by dword.
template <int kGroups>
inline void scatter_block(PanelBlock<kGroups>* to, int lane, const int8_t* step, int block) {
  for (int j = 0; j < 8; ++j) std::memcpy(to->q[j][lane], step + 4 * payload_dword(block, j), 4);
}
