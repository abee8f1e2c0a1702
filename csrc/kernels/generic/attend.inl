// Attention of generated rows over a paged cache, softmax and weighted sum in one pass: chunks of
// kAttendChunk positions, counted from the sequence's start, are finished one by one and combined
// in order, so that the result is the same whatever computed the chunks.
#pragma once

#include "kernels/generic/lanes.inl"
#include "kernels/generic/math.inl"

// scores[i] = q . k(first + i) * scale, and their maximum; keys of one page or less.
template <class Kv>
inline float score_positions(const float* q, const uint8_t* k, int n, int head_dim, float scale,
                             float* scores) {
  float largest = -__builtin_inff();
  for (int i = 0; i < n; ++i, k += head_dim * Kv::kValueBytes) {
    F acc = splat(0.0f);
    for (int j = 0; j < head_dim; j += kLanes) {
      acc = fma(Kv::load_first(k + j * Kv::kValueBytes, head_dim - j), load(q + j), acc);
    }
    scores[i] = reduce_add(acc) * scale;
    largest = scores[i] > largest ? scores[i] : largest;
  }
  return largest;
}

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

// out += sum of weights[i] * v(i).
template <class Kv>
inline void add_weighted(const float* weights, const uint8_t* v, int n, int head_dim, float* out) {
  const size_t row = static_cast<size_t>(head_dim) * Kv::kValueBytes;
  for (int j = 0; j < head_dim; j += kLanes) {
    F acc = load(out + j);
    const uint8_t* p = v + j * Kv::kValueBytes;
    for (int i = 0; i < n; ++i, p += row) {
      acc = fma(splat(weights[i]), Kv::load_first(p, head_dim - j), acc);
    }
    store(out + j, acc);
  }
}

// What a stretch of positions adds up to, relative to its largest score.
struct SoftmaxSum {
  float largest, total;
};

// Positions [begin, begin + n) of one chunk: their weighted values to `part`, padded to whole
// lanes.
template <class Kv>
inline SoftmaxSum attend_chunk(const AttendArgs& a, const uint8_t* const* pages, const float* q,
                               int n, float* scores, float* part) {
  auto for_pages = [&](auto&& body) {
    for (int i = 0; i < n; i += kPagePositions) {
      body(pages[i / kPagePositions], i, n - i < kPagePositions ? n - i : kPagePositions);
    }
  };
  float largest = -__builtin_inff();
  for_pages([&](const uint8_t* page, int i, int count) {
    const float m =
        score_positions<Kv>(q, page + a.k_offset, count, a.head_dim, a.scale, scores + i);
    largest = m > largest ? m : largest;
  });
  const float total = exponentiate(scores, n, largest);
  for (int j = 0; j < a.head_dim; j += kLanes) store(part + j, splat(0.0f));
  for_pages([&](const uint8_t* page, int i, int count) {
    add_weighted<Kv>(scores + i, page + a.v_offset, count, a.head_dim, part);
  });
  return {largest, total};
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

inline void divide_row(float* out, float total, int head_dim) {
  const F inverse = splat(1.0f / total);
  for (int j = 0; j < head_dim; j += kLanes) {
    store_first(out + j, mul(load_first(out + j, head_dim - j), inverse), head_dim - j);
  }
}

template <class Kv>
void attend_head(const AttendArgs& a, const AttendRow& row, const float* query, float* out) {
  float* scores = a.scratch;
  float* q = scores + kAttendChunk;
  float* part = q + (a.head_dim + kLanes - 1) / kLanes * kLanes;
  for (int j = 0; j < a.head_dim; j += kLanes) store(q + j, load_first(query + j, a.head_dim - j));
  std::memset(out, 0, static_cast<size_t>(a.head_dim) * sizeof(float));
  SoftmaxSum sum = {-__builtin_inff(), 0.0f};
  for (int begin = 0; begin < row.n_positions; begin += kAttendChunk) {
    const int left = row.n_positions - begin, n = left < kAttendChunk ? left : kAttendChunk;
    const SoftmaxSum chunk =
        attend_chunk<Kv>(a, row.pages + begin / kPagePositions, q, n, scores, part);
    fold_chunk(&sum, out, chunk, part, a.head_dim);
  }
  divide_row(out, sum.total, a.head_dim);
}

template <class Kv>
void attend(const AttendArgs& a) {
  for (const AttendRow* row = a.rows; row < a.rows + a.n_rows; ++row) {
    const size_t offset = static_cast<size_t>(row->row) * a.stride;
    for (int g = 0; g < a.n_group; ++g) {
      const size_t head = offset + static_cast<size_t>(g * a.head_dim);
      attend_head<Kv>(a, *row, a.q + head, a.out + head);
    }
  }
}
