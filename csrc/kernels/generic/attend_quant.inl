// Scores and weighted values of generated rows over quantised caches, in integers: keys are rows of
// weights, and queries their inputs; weights of softmax take up the values' scales and are rounded
// to 16 bits of a page's largest, so that two positions are one product.
#pragma once

#include "kernels/generic/block_gemv.inl"
#include "kernels/generic/head_group.inl"
#include "kernels/generic/quad_sums.inl"

template <class Kv, int kHeads>
class QuantHeads {
  using Format = typename Kv::Format;
  static constexpr int kKeys = 4;  // that are scored together
  using Scores = QuadSums<kKeys, kHeads>;

 public:
  explicit QuantHeads(const HeadGroup<kHeads>& g)
      : group_(g),
        queries_(reinterpret_cast<QuantGroup*>(g.rest)),
        scales_(reinterpret_cast<float*>(queries_ + kHeads * groups_of(g.dims))),
        pairs_(reinterpret_cast<int32_t*>(scales_ + kStep * kPagePositions)) {
    alignas(64) int16_t integers[kMostHeadDim + kStep * kKvBlock];
    QuantGroup* query = queries_;
    for (int h = 0; h < kHeads; ++h, query += groups_of(g.dims)) {
      scale_[h] = g.head.scale * quantise_group<kMostInput>(g.q + h * g.dims, g.dims, integers);
      for (int s = 0; s < n_steps(); ++s) {
        pack_step(integers + s * kStep * kKvBlock, &query[s / kGroupSteps].steps[s % kGroupSteps]);
      }
    }
  }

  void score(const RowsOfPage& page) const {
    const size_t bytes = kKeys * row_bytes();
    const uint8_t *keys = page.rows, *next = page.next;
    float* scores = group_.scores + page.first;
    for (int i = 0; i < page.n; i += kKeys, keys += bytes, next += bytes) {
      prefetch_rows<Kv>(keys, next, bytes);
      score_keys(keys, scores + i);
    }
    float offset[kHeads];
    score_centre(page.page, offset);
    for (int h = 0; h < kHeads; ++h, scores += kAttendChunk) {
      for (int i = 0; i < page.n; i += kLanes) {
        store(scores + i, fma(load(scores + i), splat(scale_[h]), splat(offset[h])));
      }
    }
  }

  // part += sum of weights * values.
  void add_weighted(const RowsOfPage& page) const {
    const int n_whole = n_whole_steps();
    for (int s = 0; s < n_whole; ++s) add_step<true>(page, s);
    if (n_whole < n_steps()) add_step<false>(page, n_whole);
  }

 private:
  static constexpr int kMostInput = 127 * 256 + 127;  // whatever inputs of weights are
  static constexpr int kHalfVectors = 4;              // of a half of each of a step's blocks
  static constexpr int kMostWeight = 32767;
  // Of codes that are not signed.
  static constexpr int kOffset = Format::kZero == Zero::offset ? 1 << (Format::kBits - 1) : 0;
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
  size_t row_bytes() const { return kv_row_bytes(Kv::kType, group_.head.head_dim); }

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

  // Of kKeys rows of a page, whatever those behind its last position hold: not scaled yet.
  void score_keys(const uint8_t* keys, float* scores) const {
    Scores sums;
    const int n_whole = n_whole_steps();
    for (int s = 0; s < n_whole; ++s) add_products(keys + s * sizeof(Step), row_bytes(), s, sums);
    if (n_whole < n_steps()) {
      Step last[kKeys];
      for (Step& step : last) {
        step = Step(keys + n_whole * sizeof(Step), n_last_blocks());
        keys += row_bytes();
      }
      add_products(last[0].bytes, sizeof(Step), n_whole, sums);
    }
    for (int h = 0; h < kHeads; ++h) {
      float results[kKeys];
      sums.results(h, results);
      std::memcpy(scores + h * kAttendChunk, results, sizeof results);
    }
  }
  void add_products(const uint8_t* keys, size_t stride, int s, Scores& sums) const {
    Multiplier<Format>::add_step(keys, stride, queries_ + s / kGroupSteps, groups_of(group_.dims),
                                 s % kGroupSteps, sums);
  }

  // What a head's weights are, times the scales of a step's blocks.
  struct Weights {
    float unit;   // they are multiples of it
    I32 offsets;  // what the values' offset makes of them
  };

  template <bool kWhole>
  void add_step(const RowsOfPage& page, int s) const {
    Weights weights[kHeads];
    round_weights(page, s, kWhole ? kStep : n_last_blocks(), weights);
    constexpr int kHalves = kHeads * 2 * kHalfVectors <= kSumVectors ? 2 : 1;  // at a time
    for (int half = 0; half < 2; half += kHalves) {
      add_halves<kWhole, kHalves>(page, s, half, weights);
    }
  }

  // Pairs of integers, of two positions, go to pairs_. A scale that is no number makes none of it
  // a number.
  void round_weights(const RowsOfPage& page, int s, int n_blocks,
                     Weights (&weights)[kHeads]) const {
    const float extreme = load_scales(page, s, n_blocks);
    int32_t* pairs = pairs_;
    for (int h = 0; h < kHeads; ++h, pairs += kPagePositions / 2 * kStep) {
      const float* w = group_.scores + h * kAttendChunk + page.first;
      const float most = largest_of(w, page.n) * extreme;
      const F inverse = splat(most > 0.0f ? kMostWeight / most : 0.0f);
      alignas(64) int16_t rounded[kStep][kPagePositions] = {};
      for (int i = 0; i < page.n; i += kLanes) {
        const F weight = mul(load_first(w + i, page.n - i), inverse);
        for (int b = 0; b < kStep; ++b) {
          store_i16(rounded[b] + i, round(mul(load(scales_ + b * kPagePositions + i), weight)));
        }
      }
      for (int i = 0; i < kPagePositions / 2; ++i) {
        for (int b = 0; b < kStep; ++b) std::memcpy(pairs + i * kStep + b, rounded[b] + 2 * i, 4);
      }
      weights[h] = {most / kMostWeight, offsets_of(pairs)};
    }
  }

  I32 offsets_of(const int32_t* pairs) const {
    I32 sums = splat(int32_t{0});
    if constexpr (kOffset == 0) return sums;
    const I32 offset = splat(static_cast<int32_t>(0x10001u * static_cast<uint16_t>(-kOffset)));
    for (int i = 0; i < kPagePositions / 2 * kStep; i += kLanes) {
      sums = dot2(sums, load(pairs + i), offset);
    }
    int32_t lanes[kLanes], blocks[kStep] = {};
    store(lanes, sums);
    for (int i = 0; i < kLanes; ++i) blocks[i % kStep] += lanes[i];
    return spread_words(blocks);
  }

  // The largest magnitude of those of a step of the page's rows, which go to scales_.
  float load_scales(const RowsOfPage& page, int s, int n_blocks) const {
    alignas(64) uint16_t halves[kStep][kPagePositions] = {};
    const uint8_t* step = page.rows + static_cast<size_t>(s) * sizeof(Step);
    for (int i = 0; i < page.n; ++i, step += row_bytes()) {
      for (int b = 0; b < n_blocks; ++b) std::memcpy(&halves[b][i], step + b * Format::kBytes, 2);
    }
    F largest = splat(0.0f), poison = largest;
    for (int b = 0; b < kStep; ++b) {
      for (int i = 0; i < page.n; i += kLanes) {
        const F d = load_half(reinterpret_cast<const uint8_t*>(halves[b] + i));
        store(scales_ + b * kPagePositions + i, d);
        largest = max(abs(d), largest);
        poison = fma(d, splat(0.0f), poison);
      }
    }
    return reduce_max(largest) + reduce_add(poison);
  }

  // A step's bytes in a row.
  template <bool kWhole>
  static const uint8_t* step_at(const uint8_t* bytes, int n_last, Step* padded) {
    if constexpr (kWhole) return bytes;
    *padded = Step(bytes, n_last);
    return padded->bytes;
  }

  // Values of the step's blocks' first halves, of their second halves, or of both.
  template <bool kWhole, int kHalves>
  void add_halves(const RowsOfPage& page, int s, int half, const Weights (&weights)[kHeads]) const {
    constexpr int kVectors = kHalves * kHalfVectors;
    I32 acc[kHeads][kVectors];
#pragma GCC unroll 4  // here and below: sums stay in registers
    for (int h = 0; h < kHeads; ++h) {
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) acc[h][v] = splat(int32_t{0});
    }
    const uint8_t* row = page.rows + static_cast<size_t>(s) * sizeof(Step);
    const int32_t* pair = pairs_;
    const int n = page.n, n_last = n_last_blocks();
    for (int i = 0; i < n; i += 2, row += 2 * row_bytes(), pair += kStep) {
      if (s == 0 && half == 0) {
        prefetch_rows<Kv>(row, page.next + static_cast<size_t>(i) * row_bytes(), 2 * row_bytes());
      }
      Step padded[2];
      const uint8_t* following = i + 1 < n ? row + row_bytes() : row;  // of no weight
      const Payload a = Format::payload(step_at<kWhole>(row, n_last, &padded[0]));
      const Payload b = Format::payload(step_at<kWhole>(following, n_last, &padded[1]));
#pragma GCC unroll 2
      for (int k = 0; k < kHalves; ++k) {
        I32 values[kHalfVectors];
        pair_values<kOffset == 0>(a, b, half + k, values);
#pragma GCC unroll 4
        for (int h = 0; h < kHeads; ++h) {
          const I32 w = spread_words(pair + h * kPagePositions / 2 * kStep);
#pragma GCC unroll 4
          for (int v = 0; v < kHalfVectors; ++v) {
            acc[h][k * kHalfVectors + v] = dot2(acc[h][k * kHalfVectors + v], w, values[v]);
          }
        }
      }
    }
    alignas(64) float sums[kHeads][kVectors][kLanes];
#pragma GCC unroll 4
    for (int h = 0; h < kHeads; ++h) {
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) {
        const I32 sum = add(acc[h][v], weights[h].offsets);
        store(sums[h][v], mul(to_float(sum), splat(weights[h].unit)));
      }
    }
    for (int h = 0; h < kHeads; ++h) {
      float* part = group_.part + h * group_.dims + s * kStep * kKvBlock + half * kKvBlock / 2;
      for (int v = 0; v < kVectors; ++v, part += 4) {
        for (int i = 0; i < kLanes; ++i) part[i / 4 * kKvBlock + i % 4] += sums[h][v][i];
      }
    }
  }

  const HeadGroup<kHeads>& group_;
  QuantGroup* queries_;  // [kHeads][groups]
  float* scales_;        // of a step of a page's values, [kStep][kPagePositions]
  int32_t* pairs_;       // of weights, [kHeads][kPagePositions / 2][kStep]
  float scale_[kHeads];
};
