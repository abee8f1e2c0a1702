// Attention of one position over a paged cache, softmax and weighted sum in one pass: chunks of
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

template <class Kv>
void attend_head(const AttendArgs& a, const float* query, float* out) {
  const int padded = (a.head_dim + kLanes - 1) / kLanes * kLanes;
  float* scores = a.scratch;
  float* q = scores + kAttendChunk;
  float* part = q + padded;
  for (int j = 0; j < a.head_dim; j += kLanes) store(q + j, load_first(query + j, a.head_dim - j));

  float largest = -__builtin_inff(), total = 0.0f;
  for (int begin = 0; begin < a.n_positions; begin += kAttendChunk) {
    const int n = a.n_positions - begin < kAttendChunk ? a.n_positions - begin : kAttendChunk;
    const uint8_t* const* pages = a.pages + begin / kPagePositions;
    float chunk_largest = -__builtin_inff();
    for (int i = 0; i < n; i += kPagePositions) {
      const int count = n - i < kPagePositions ? n - i : kPagePositions;
      const uint8_t* k = pages[i / kPagePositions] + a.k_offset;
      float page_largest = score_positions<Kv>(q, k, count, a.head_dim, a.scale, scores + i);
      chunk_largest = page_largest > chunk_largest ? page_largest : chunk_largest;
    }
    float chunk_total = exponentiate(scores, n, chunk_largest);
    for (int j = 0; j < padded; j += kLanes) store(part + j, splat(0.0f));
    for (int i = 0; i < n; i += kPagePositions) {
      const int count = n - i < kPagePositions ? n - i : kPagePositions;
      add_weighted<Kv>(scores + i, pages[i / kPagePositions] + a.v_offset, count, a.head_dim, part);
    }
    // Both sums are relative to their own maximum; bring them to the larger one.
    const float common = chunk_largest > largest ? chunk_largest : largest;
    const F old_factor = exp_lanes(splat(largest - common)),
            new_factor = exp_lanes(splat(chunk_largest - common));
    const bool first = begin == 0;
    for (int j = 0; j < a.head_dim; j += kLanes) {
      F sum = mul(load(part + j), new_factor);
      if (!first) sum = fma(load_first(out + j, a.head_dim - j), old_factor, sum);
      store_first(out + j, sum, a.head_dim - j);
    }
    float factors[kLanes];
    store(factors, old_factor);
    const float carried = first ? 0.0f : total * factors[0];
    store(factors, new_factor);
    total = carried + chunk_total * factors[0];
    largest = common;
  }
  const F inverse = splat(1.0f / total);
  for (int j = 0; j < a.head_dim; j += kLanes) {
    store_first(out + j, mul(load_first(out + j, a.head_dim - j), inverse), a.head_dim - j);
  }
}

template <class Kv>
void attend(const AttendArgs& a) {
  for (int g = 0; g < a.n_group; ++g)
    attend_head<Kv>(a, a.q + g * a.head_dim, a.out + g * a.head_dim);
}
