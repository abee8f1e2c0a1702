// Scores and weighted values of generated rows over quantised caches, in integers: a score is a
// product like those with quantised weights; weights of softmax take up the values' scales and are
// rounded to 16 bits of a page's largest, so that two positions are one product.
#pragma once

#include "kernels/generic/head_group.inl"
#include "kernels/generic/quant_steps.inl"

template <class Kv, int kHeads>
class QuantHeads {
  using Format = typename Kv::Format;

 public:
  explicit QuantHeads(const HeadGroup<kHeads>& g)
      : group_(g),
        steps_(reinterpret_cast<QuantStep*>(g.rest)),
        scales_(reinterpret_cast<float*>(steps_ + kHeads * n_steps())),
        weights_(reinterpret_cast<int32_t*>(scales_ + kPagePositions * kLanes)) {
    alignas(64) int16_t integers[kMostHeadDim + kStep * kKvBlock];
    for (int h = 0; h < kHeads; ++h) {
      scale_[h] = g.head.scale * quantise_group<kMostInput>(g.q + h * g.dims, g.dims, integers);
      for (int s = 0; s < n_steps(); ++s) {
        pack_step(integers + s * kStep * kKvBlock, &steps_[h * n_steps() + s]);
      }
    }
  }

  void score(const RowsOfPage& page) const {
    const int n = n_steps(), n_whole = n_whole_steps(), n_last = n_last_blocks();
    const QuantStep* steps = steps_;
    float offset[kHeads];
    score_centre(page.page, offset);
    score_rows<Kv>(group_, page, scale_, offset, [=](const uint8_t* row, F(&acc)[kHeads]) {
      for (int s = 0; s < n_whole; ++s, row += sizeof(Step)) add_products(row, steps + s, n, acc);
      if (n_last == 0) return;
      const Step last(row, n_last);
      add_products(last.bytes, steps + n_whole, n, acc);
    });
  }

  // part += sum of weights * values.
  void add_weighted(const RowsOfPage& page) const {
    const int n_whole = n_whole_steps();
    for (int s = 0; s < n_whole; ++s) add_step<true>(page, s);
    if (n_whole < n_steps()) add_step<false>(page, n_whole);
  }

 private:
  static constexpr bool kBytes = Format::kBits < 8;
  static constexpr int kMostInput = 127 * 256 + 127;  // whatever inputs of weights are
  static constexpr int kHalfVectors = 4;              // of a half of each of a step's blocks
  static constexpr int kMostWeight = 32767;
  struct Step {
    Step() = default;
    // Zeros behind the blocks.
    Step(const uint8_t* blocks, int n) {
      std::memset(bytes, 0, sizeof bytes);
      std::memcpy(bytes, blocks, static_cast<size_t>(n) * Format::kBytes);
    }

    uint8_t bytes[kStep * Format::kBytes];
  };

  int n_steps() const { return group_.dims / (kStep * kKvBlock); }
  int n_whole_steps() const { return group_.head.head_dim / (kStep * kKvBlock); }
  int n_last_blocks() const { return group_.head.head_dim / kKvBlock % kStep; }

  // What the page's centre adds to each head's scores.
  void score_centre(const uint8_t* page, float (&offset)[kHeads]) const {
    alignas(64) float centre[kMostHeadDim];
    load_centre(group_.head, page, centre);
    for (int h = 0; h < kHeads; ++h) {
      F sum = splat(0.0f);
      for (int j = 0; j < group_.head.head_dim; j += kLanes) {
        sum = fma(load(group_.q + h * group_.dims + j), load(centre + j), sum);
      }
      offset[h] = group_.head.scale * reduce_add(sum);
    }
  }

  // Those of a step; queries' steps lie n_steps apart.
  static void add_products(const uint8_t* step, const QuantStep* q, int n_steps, F (&acc)[kHeads]) {
    const Payload payload = Format::payload(step);
    const F d = Format::scales(step);
    I32 words[4];
    constexpr bool kDotsBytes = kBytes || kMultipliesBytes;
    if constexpr (!kDotsBytes) split<true>(payload, words);
    for (int h = 0; h < kHeads; ++h, q += n_steps) {
      I32 dot = splat(int32_t{0});
      if constexpr (kBytes) dot = load(q->minus_8_sums);
      if constexpr (kDotsBytes) {
        dot = dot_planes(dot, payload, q->planes);
      } else {
        for (int i = 0; i < 4; ++i) dot = dot2(dot, words[i], load_pairs(q->q[i]));
      }
      acc[h] = fma(to_float(dot), d, acc[h]);
    }
  }

  template <bool kWhole>
  void add_step(const RowsOfPage& page, int s) const {
    float unit[kHeads];
    round_weights<kWhole>(page, s, unit);
    constexpr int kHalves = kHeads * 2 * kHalfVectors <= kSumVectors ? 2 : 1;  // at a time
    for (int half = 0; half < 2; half += kHalves) add_halves<kWhole, kHalves>(page, s, half, unit);
  }

  // A step's bytes in a row.
  template <bool kWhole>
  static const uint8_t* step_at(const uint8_t* bytes, int n_last, Step* padded) {
    if constexpr (kWhole) return bytes;
    *padded = Step(bytes, n_last);
    return padded->bytes;
  }

  // Weights times the scales of the rows' step: pairs of integers, of two positions, in weights_,
  // and what they are multiples of. A scale that is no number makes none of it a number.
  template <bool kWhole>
  void round_weights(const RowsOfPage& page, int s, float (&unit)[kHeads]) const {
    const size_t row_bytes = kv_row_bytes(Kv::kType, group_.head.head_dim);
    const size_t offset = static_cast<size_t>(s) * sizeof(Step);
    const int n_last = n_last_blocks();
    F largest = splat(0.0f), poison = largest;
    const uint8_t *row = page.rows, *next = page.next;
    for (int i = 0; i < page.n; ++i, row += row_bytes, next += row_bytes) {
      if (s == 0) prefetch_rows<Kv>(row, next, row_bytes);
      Step padded;
      const F d = Format::scales(step_at<kWhole>(row + offset, n_last, &padded));
      store(scales_ + i * kLanes, d);
      largest = max(abs(d), largest);
      poison = fma(d, splat(0.0f), poison);
    }
    if (page.n % 2 != 0) store(scales_ + page.n * kLanes, splat(0.0f));
    const float extreme = reduce_max(largest) + reduce_add(poison);
    int32_t* pairs = weights_;
    for (int h = 0; h < kHeads; ++h) {
      const float* w = group_.scores + h * kAttendChunk + page.first;
      const float most = largest_of(w, page.n) * extreme;
      unit[h] = most / kMostWeight;
      const float inverse = most > 0.0f ? kMostWeight / most : 0.0f;
      for (int i = 0; i < page.n; i += 2, pairs += kLanes) {
        const float second = i + 1 < page.n ? w[i + 1] : 0.0f;
        store(pairs, pair_words(mul(load(scales_ + i * kLanes), splat(w[i] * inverse)),
                                mul(load(scales_ + (i + 1) * kLanes), splat(second * inverse))));
      }
      pairs = weights_ + (h + 1) * kPagePositions / 2 * kLanes;
    }
  }

  // Values of the step's blocks' first halves, of their second halves, or of both.
  template <bool kWhole, int kHalves>
  void add_halves(const RowsOfPage& page, int s, int half, const float (&unit)[kHeads]) const {
    constexpr int kVectors = kHalves * kHalfVectors;
    constexpr int kOffset = kBytes ? 1 << (Format::kBits - 1) : 0;  // codes are not signed
    const size_t row_bytes = kv_row_bytes(Kv::kType, group_.head.head_dim);
    const I32 offsets = splat(static_cast<int32_t>(0x10001u * static_cast<uint16_t>(-kOffset)));
    I32 acc[kHeads][kVectors], zero[kHeads];
#pragma GCC unroll 4  // here and below: sums stay in registers
    for (int h = 0; h < kHeads; ++h) {
      zero[h] = splat(int32_t{0});
#pragma GCC unroll 8
      for (I32& sum : acc[h]) sum = zero[h];
    }
    const uint8_t* row = page.rows + static_cast<size_t>(s) * sizeof(Step);
    const int32_t* weights = weights_;
    const int n = page.n, n_last = n_last_blocks();
    for (int i = 0; i < n; i += 2, row += 2 * row_bytes, weights += kLanes) {
      Step padded[2];
      const uint8_t* following = i + 1 < n ? row + row_bytes : row;  // of no weight
      const Payload a = Format::payload(step_at<kWhole>(row, n_last, &padded[0]));
      const Payload b = Format::payload(step_at<kWhole>(following, n_last, &padded[1]));
      I32 w[kHeads];
      for (int h = 0; h < kHeads; ++h) {
        w[h] = load(weights + h * kPagePositions / 2 * kLanes);
        if constexpr (kOffset > 0) zero[h] = dot2(zero[h], w[h], offsets);
      }
#pragma GCC unroll 2
      for (int k = 0; k < kHalves; ++k) {
        I32 pairs[kHalfVectors];
        pair_values<!kBytes>(a, b, half + k, pairs);
#pragma GCC unroll 4
        for (int h = 0; h < kHeads; ++h) {
#pragma GCC unroll 4
          for (int v = 0; v < kHalfVectors; ++v) {
            I32& sum = acc[h][k * kHalfVectors + v];
            sum = dot2(sum, w[h], pairs[v]);
          }
        }
      }
    }
#pragma GCC unroll 4
    for (int h = 0; h < kHeads; ++h) {
      float* part = group_.part + h * group_.dims + s * kStep * kKvBlock + half * kKvBlock / 2;
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v, part += 4) {
        alignas(64) float sums[kLanes];
        store(sums, mul(to_float(add(acc[h][v], zero[h])), splat(unit[h])));
        for (int block = 0; block < kStep; ++block) {
          for (int i = 0; i < 4; ++i) part[block * kKvBlock + i] += sums[4 * block + i];
        }
      }
    }
  }

  const HeadGroup<kHeads>& group_;
  QuantStep* steps_;  // queries, [kHeads][n_steps]
  float* scales_;     // of a step of a page's values, [kPagePositions][kLanes]
  int32_t* weights_;  // [kHeads][kPagePositions / 2][kLanes]
  float scale_[kHeads];
};
