// Weights stored as floating-point numbers: multiplied in float32 whatever their width, so that a
// file of F32 or F16 loses nothing here.
#include "kernels/generic/lanes.inl"

#include "generated/real_formats.inl"

// kRealColumns input rows, value by value; padding rows are zero.
size_t real_tiles_bytes(int n_in, int n_rows) {
  size_t n_tiles = static_cast<size_t>((n_rows + kRealColumns - 1) / kRealColumns);
  return n_tiles * static_cast<size_t>(n_in) * kRealColumns * sizeof(float);
}

void pack_real_tiles(const float* x, size_t stride, int n_in, int begin, int end, uint8_t* packed) {
  for (int first = begin; first < end; first += kRealColumns) {
    float* tile =
        reinterpret_cast<float*>(packed) + static_cast<size_t>(first) * static_cast<size_t>(n_in);
    for (int i = 0; i < n_in; ++i) {
      for (int c = 0; c < kRealColumns; ++c) {
        *tile++ = first + c < end
                      ? x[static_cast<size_t>(first - begin + c) * stride + static_cast<size_t>(i)]
                      : 0.0f;
      }
    }
  }
}

size_t real_panel_bytes(int n_in) {
  return static_cast<size_t>(n_in) * kLanes * sizeof(float);
}

inline void multiply_real_panel(const float* w, const float* x, int n_in, F* y) {
  F acc[kRealColumns];
  for (int c = 0; c < kRealColumns; ++c) acc[c] = splat(0.0f);
  for (int i = 0; i < n_in; ++i, w += kLanes, x += kRealColumns) {
    F weights = load(w);
    for (int c = 0; c < kRealColumns; ++c) acc[c] = fma(weights, splat(x[c]), acc[c]);
  }
  for (int c = 0; c < kRealColumns; ++c) y[c] = acc[c];
}

// kLanes weight rows become lanes: panel[i][lane] = row lane's value i.
template <class Format>
void unpack_real_panel(const MatmulArgs& a, int first, int n, float* panel) {
  for (int i = 0; i < a.n_in; i += kLanes) {
    const int count = a.n_in - i < kLanes ? a.n_in - i : kLanes;
    for (int lane = 0; lane < kLanes; ++lane) {
      float values[kLanes] = {};
      if (lane < n) {
        const uint8_t* row = a.weights + static_cast<size_t>(first + lane) * a.row_bytes;
        store(values,
              Format::load_first(row + static_cast<size_t>(i) * Format::kValueBytes, count));
      }
      for (int k = 0; k < count; ++k)
        panel[static_cast<size_t>(i + k) * kLanes + static_cast<size_t>(lane)] = values[k];
    }
  }
}

template <class Format>
void multiply_prompt(const MatmulArgs& a) {
  float* panel = reinterpret_cast<float*>(a.scratch);
  for (int first = a.row_begin; first < a.row_end; first += kLanes) {
    const int n = a.row_end - first < kLanes ? a.row_end - first : kLanes;
    unpack_real_panel<Format>(a, first, n, panel);
    for (int r = 0; r < a.n_rows; r += kRealColumns) {
      F y[kRealColumns];
      const float* tile = reinterpret_cast<const float*>(a.packed) +
                          static_cast<size_t>(r) * static_cast<size_t>(a.n_in);
      multiply_real_panel(panel, tile, a.n_in, y);
      for (int c = 0; c < kRealColumns && r + c < a.n_rows; ++c) {
        store_first(a.y + static_cast<size_t>(r + c) * a.y_stride + first, y[c], n);
      }
    }
  }
}

// Rows padded with zeros to whole groups of four vectors, the stride of the accumulators below.
constexpr int kUnroll = 4;

inline size_t padded_row(int n_in) {
  constexpr size_t kGroup = kUnroll * kLanes;
  return (static_cast<size_t>(n_in) + kGroup - 1) / kGroup * kGroup;
}

size_t real_rows_bytes(int n_in, int n_rows) {
  return static_cast<size_t>(n_rows) * padded_row(n_in) * sizeof(float);
}

void pack_real_rows(const float* x, size_t stride, int n_in, int begin, int end, uint8_t* packed) {
  for (int r = begin; r < end; ++r, x += stride) {
    float* row = reinterpret_cast<float*>(packed) + static_cast<size_t>(r) * padded_row(n_in);
    std::memset(row, 0, padded_row(n_in) * sizeof(float));
    std::memcpy(row, x, static_cast<size_t>(n_in) * sizeof(float));
  }
}

template <class Format>
inline float dot_row(const uint8_t* w, const float* x, int n_in) {
  constexpr int kGroup = kUnroll * kLanes;
  F acc[kUnroll];
  for (F& part : acc) part = splat(0.0f);
  int i = 0;
  for (; i + kGroup <= n_in; i += kGroup) {
    prefetch_weights<kGroup * Format::kValueBytes>(w +
                                                   static_cast<size_t>(i) * Format::kValueBytes);
    for (int k = 0; k < kUnroll; ++k) {
      acc[k] = fma(Format::load(w + static_cast<size_t>(i + k * kLanes) * Format::kValueBytes),
                   load(x + i + k * kLanes), acc[k]);
    }
  }
  for (int k = 0; i < n_in; i += kLanes, ++k) {
    acc[k] = fma(Format::load_first(w + static_cast<size_t>(i) * Format::kValueBytes, n_in - i),
                 load(x + i), acc[k]);
  }
  return reduce_add(add(add(acc[0], acc[1]), add(acc[2], acc[3])));
}

template <class Format>
void multiply_generated(const MatmulArgs& a) {
  for (int row = a.row_begin; row < a.row_end; ++row) {
    const uint8_t* w = a.weights + static_cast<size_t>(row) * a.row_bytes;
    const float* x = reinterpret_cast<const float*>(a.packed);
    for (int r = 0; r < a.n_rows; ++r, x += padded_row(a.n_in)) {
      a.y[static_cast<size_t>(r) * a.y_stride + static_cast<size_t>(row)] =
          dot_row<Format>(w, x, a.n_in);
    }
  }
}

constexpr FamilySet kSet = {{
    {layout_id(Layout::real_tiles),
     kRealColumns,
     kLanes,
     kLanes,
     real_tiles_bytes,
     pack_real_tiles,
     real_panel_bytes,
     {Q3L_EACH_REAL(multiply_prompt)},
     {}},
    {layout_id(Layout::real_rows),
     1,
     1,
     1,
     real_rows_bytes,
     pack_real_rows,
     no_scratch,
     {Q3L_EACH_REAL(multiply_generated)},
     {}},
}};
