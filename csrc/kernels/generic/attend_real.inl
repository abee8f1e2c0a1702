// Scores and weighted values of generated rows over caches of floating-point numbers.
#pragma once

#include "kernels/generic/head_group.inl"

// Blocks of dimensions whose sums are in registers at a time.
constexpr int slab_blocks(int n_heads) {
  int n = 1;
  while (2 * n <= kStep && 2 * n * n_heads * kBlockVectors <= kSumVectors) n *= 2;
  return n;
}

template <class Kv, int kHeads>
struct RealHeads {
  const HeadGroup<kHeads>& group;

  explicit RealHeads(const HeadGroup<kHeads>& g) : group(g) {}

  void score(const RowsOfPage& page) const {
    const size_t row_bytes = kv_row_bytes(Kv::kType, group.head.head_dim);
    const F scale = splat(group.head.scale);
    const uint8_t *row = page.rows, *next = page.next;
    for (int begin = 0; begin < page.n; begin += kLanes) {
      F sums[kHeads][kLanes];
      for (int i = 0; i < kLanes; ++i) {
        F acc[kHeads];
        for (F& sum : acc) sum = splat(0.0f);
        if (begin + i < page.n) {
          prefetch_rows<Kv>(row, next, row_bytes);
          multiply_key(row, acc);
          row += row_bytes;
          next += row_bytes;
        }
        for (int h = 0; h < kHeads; ++h) sums[h][i] = acc[h];
      }
      for (int h = 0; h < kHeads; ++h) {
        store(group.scores + h * kAttendChunk + page.first + begin, mul(sum_lanes(sums[h]), scale));
      }
    }
  }

  void multiply_key(const uint8_t* row, F (&acc)[kHeads]) const {
    const int head_dim = group.head.head_dim;
    for (int j = 0; j < head_dim; j += kKvBlock) {
      F key[kBlockVectors];
      Kv::load_block(row, j, head_dim, key);
      for (int h = 0; h < kHeads; ++h) {
        const float* q = group.q + h * group.dims + j;
        for (int v = 0; v < kBlockVectors; ++v) {
          acc[h] = fma(key[v], load(q + v * kLanes), acc[h]);
        }
      }
    }
  }

  // part += sum of weights * values.
  void add_weighted(const RowsOfPage& page) const {
    constexpr int kVectors = slab_blocks(kHeads) * kBlockVectors;
    const int head_dim = group.head.head_dim;
    const size_t row_bytes = kv_row_bytes(Kv::kType, head_dim);
    for (int j = 0; j < head_dim; j += kVectors * kLanes) {
      F acc[kHeads][kVectors];
      for (int h = 0; h < kHeads; ++h) {
        for (int d = 0; d < kVectors; ++d) {
          acc[h][d] = load(group.part + h * group.dims + j + d * kLanes);
        }
      }
      const uint8_t *row = page.rows, *next = page.next;
      for (int i = 0; i < page.n; ++i, row += row_bytes, next += row_bytes) {
        if (j == 0) prefetch_rows<Kv>(row, next, row_bytes);
        const float* weights = group.scores + page.first + i;
#pragma GCC unroll 8  // sums stay in registers
        for (int b = 0; b < kVectors; b += kBlockVectors) {
          if (b > 0 && j + b * kLanes >= head_dim) continue;
          F value[kBlockVectors];
          Kv::load_block(row, j + b * kLanes, head_dim, value);
          for (int h = 0; h < kHeads; ++h) {
            const F weight = splat(weights[h * kAttendChunk]);
            for (int d = 0; d < kBlockVectors; ++d) {
              acc[h][b + d] = fma(weight, value[d], acc[h][b + d]);
            }
          }
        }
      }
      for (int h = 0; h < kHeads; ++h) {
        for (int d = 0; d < kVectors; ++d) {
          store(group.part + h * group.dims + j + d * kLanes, acc[h][d]);
        }
      }
    }
  }
};
