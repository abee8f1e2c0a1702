// Attention of generated rows over a paged cache, softmax and weighted sum in one pass: chunks of
// kAttendChunk positions, counted from the sequence's start, are finished one by one and combined
// in order, so that the result is the same whatever computed the chunks.
#pragma once

#include "kernels/generic/attend_quant.inl"
#include "kernels/generic/attend_real.inl"
#include "kernels/generic/math.inl"

// scores = exp(scores - largest); returns their sum.
inline float exponentiate(float* scores, int n, float largest) {
  F total = splat(0.0f);
  for (int i = 0; i < n; i += kLanes) {
    F e = exp_lanes(sub(load(scores + i), splat(largest)));
    store(scores + i, e);
    total = add(total, load_first(scores + i, n - i));
  }
  return reduce_add(total);
}

// What a stretch of positions adds up to, relative to its largest score.
struct SoftmaxSum {
  float largest, total;
};

// The n positions of one chunk: their weighted values to `part`. Behind them, n_left are left.
template <int kHeads, class Heads>
inline void attend_chunk(const HeadGroup<kHeads>& group, const Heads& heads,
                         const uint8_t* const* pages, int n, int n_left,
                         SoftmaxSum (&sums)[kHeads]) {
  const size_t k = group.head.k_offset, v = group.head.v_offset;
  const int n_pages = pages_for(n);
  auto rows_of = [&](int page, size_t offset, const uint8_t* next) {
    const int first = page * kPagePositions, left = n - first;
    return RowsOfPage{pages[page], pages[page] + offset, next, first,
                      left < kPagePositions ? left : kPagePositions};
  };
  for (int i = 0; i < n_pages; ++i) {
    heads.score(rows_of(i, k, i + 1 < n_pages ? pages[i + 1] + k : pages[0] + v));
  }
  for (int h = 0; h < kHeads; ++h) {
    float* scores = group.scores + h * kAttendChunk;
    sums[h].largest = largest_of(scores, n);
    sums[h].total = exponentiate(scores, n, sums[h].largest);
  }
  for (int j = 0; j < kHeads * group.dims; j += kLanes) store(group.part + j, splat(0.0f));
  for (int i = 0; i < n_pages; ++i) {
    const uint8_t* following = pages[n_left > 0 ? n_pages : i] + k;
    heads.add_weighted(rows_of(i, v, i + 1 < n_pages ? pages[i + 1] + v : following));
  }
}

inline float exp_one(float x) {
  float lanes[kLanes];
  store(lanes, exp_lanes(splat(x)));
  return lanes[0];
}

// Adds a chunk to what came before it, both relative to the larger of their largest scores.
inline void fold_chunk(SoftmaxSum* sum, float* out, SoftmaxSum chunk, const float* part,
                       int head_dim) {
  const float largest = chunk.largest > sum->largest ? chunk.largest : sum->largest;
  const float old_factor = exp_one(sum->largest - largest),
              factor = exp_one(chunk.largest - largest);
  for (int j = 0; j < head_dim; j += kLanes) {
    const int n = head_dim - j;
    F old = mul(load_first(out + j, n), splat(old_factor));
    store_first(out + j, fma(load(part + j), splat(factor), old), n);
  }
  *sum = {largest, sum->total * old_factor + chunk.total * factor};
}

inline float* part_of(const AttendArgs& a, int part, int head) {
  return a.parts + (part * a.n_group + head) * attend_part_floats(a.head_dim);
}

inline void keep_part(float* part, SoftmaxSum sum, const float* values, int head_dim) {
  for (int j = 0; j < head_dim; j += kLanes) store(part + j, load(values + j));
  std::memcpy(part + attend_part_values(head_dim), &sum, sizeof sum);
}

inline SoftmaxSum sum_of_part(const float* part, int head_dim) {
  SoftmaxSum sum;
  std::memcpy(&sum, part + attend_part_values(head_dim), sizeof sum);
  return sum;
}

// A sum of weighted values becomes their mean.
template <class Kv>
inline void finish_row(float* out, float total, int head_dim) {
  const F inverse = splat(1.0f / total);
  for (int j = 0; j < head_dim; j += kLanes) {
    store_first(out + j, mul(load_first(out + j, head_dim - j), inverse), head_dim - j);
  }
  spread_as_kept<Kv>(out, head_dim);
}

// What does the two products.
template <class Kv, int kHeads, bool kIsQuantised = is_quantised(Kv::kType)>
struct HeadsFor {
  using Type = RealHeads<Kv, kHeads>;
};
template <class Kv, int kHeads>
struct HeadsFor<Kv, kHeads, true> {
  using Type = QuantHeads<Kv, kHeads>;
};
template <class Kv, int kHeads>
using HeadsOf = typename HeadsFor<Kv, kHeads>::Type;

template <class Kv, int kHeads>
inline void attend_heads(const AttendArgs& a, const AttendRow& row, const float* query, float* out,
                         int first_head) {
  const int dims = padded_dims(a.head_dim);
  float* q = a.scratch + kHeads * kAttendChunk;
  const HeadGroup<kHeads> group = {
      a, dims, a.scratch, q, q + kHeads * dims, reinterpret_cast<uint8_t*>(q + 2 * kHeads * dims)};
  SoftmaxSum sums[kHeads], chunk[kHeads];
  for (int h = 0; h < kHeads; ++h) {
    sums[h] = {-__builtin_inff(), 0.0f};
    const float* from = query + h * a.head_dim;
    for (int j = 0; j < dims; j += kLanes) {
      store(q + h * dims + j, j < a.head_dim ? load_first(from + j, a.head_dim - j) : splat(0.0f));
    }
    spread_as_kept<Kv>(q + h * dims, a.head_dim);
  }
  const HeadsOf<Kv, kHeads> heads(group);
  if (!a.parts) std::memset(out, 0, static_cast<size_t>(kHeads * a.head_dim) * sizeof(float));
  const int end = a.parts ? a.end : row.n_positions;
  for (int begin = a.begin; begin < end; begin += kAttendChunk) {
    const int left = end - begin, n = left < kAttendChunk ? left : kAttendChunk;
    attend_chunk(group, heads, row.pages + begin / kPagePositions, n, left - n, chunk);
    for (int h = 0; h < kHeads; ++h) {
      const float* part = group.part + h * dims;
      if (a.parts) {
        keep_part(part_of(a, begin / kAttendChunk, first_head + h), chunk[h], part, a.head_dim);
      } else {
        fold_chunk(&sums[h], out + h * a.head_dim, chunk[h], part, a.head_dim);
      }
    }
  }
  if (a.parts) return;
  for (int h = 0; h < kHeads; ++h) finish_row<Kv>(out + h * a.head_dim, sums[h].total, a.head_dim);
}

// As many heads at a time as share what they read.
template <class Kv, int kHeads = kSharedHeads>
inline void attend_group(const AttendArgs& a, const AttendRow& row, const float* q, float* out,
                         int n_heads) {
  for (; n_heads >= kHeads; n_heads -= kHeads) {
    attend_heads<Kv, kHeads>(a, row, q, out, a.n_group - n_heads);
    q += kHeads * a.head_dim;
    out += kHeads * a.head_dim;
  }
  if constexpr (kHeads > 1) {
    if (n_heads > 0) attend_group<Kv, kHeads - 1>(a, row, q, out, n_heads);
  }
}

template <class Kv>
void attend(const AttendArgs& a) {
  for (const AttendRow* row = a.rows; row < a.rows + a.n_rows; ++row) {
    const size_t offset = static_cast<size_t>(row->row) * a.stride;
    attend_group<Kv>(a, *row, a.q + offset, a.out + offset, a.n_group);
  }
}

template <class Kv>
void fold_parts(const AttendArgs& a) {
  float* out = a.out + static_cast<size_t>(a.rows->row) * a.stride;
  for (int h = 0; h < a.n_group; ++h, out += a.head_dim) {
    SoftmaxSum sum = {-__builtin_inff(), 0.0f};
    std::memset(out, 0, static_cast<size_t>(a.head_dim) * sizeof(float));
    for (int i = 0; i * kAttendChunk < a.rows->n_positions; ++i) {
      const float* part = part_of(a, i, h);
      fold_chunk(&sum, out, sum_of_part(part, a.head_dim), part, a.head_dim);
    }
    finish_row<Kv>(out, sum.total, a.head_dim);
  }
}

template <class Kv>
constexpr RowAttention kAttend = {attend<Kv>, fold_parts<Kv>, kAttendChunk};
