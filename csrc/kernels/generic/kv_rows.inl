// How a row of the cache, a head's values at one position, is kept in each type, and how it is read
// and written: in blocks of kKvBlock values. Quantised types keep values whose outliers were
// spread: so are queries before they meet keys, and weighted sums are made values again.
#pragma once

#include "kernels/generic/hadamard.inl"
#include "quant/q4_0.inl"
#include "quant/q8_0.inl"

constexpr int kBlockVectors = kKvBlock / kLanes;

// Lanes [j, j + kLanes) of a row of n values; zeros behind them.
template <class Loader>
inline F load_lanes(const uint8_t* row, int j, int n) {
  return j < n ? Loader::load_first(row + j * Loader::kValueBytes, n - j) : splat(0.0f);
}

// Floating-point types: queries are floats.
template <KvType kRowType, class Loader>
struct RealRows {
  static constexpr KvType kType = kRowType;

  // Values [j, j + kKvBlock) of a row of n, zeros behind them.
  static void load_block(const uint8_t* row, int j, int n, F (&v)[kBlockVectors]) {
    if (j + kKvBlock <= n) {
      for (int i = 0; i < kBlockVectors; ++i) {
        v[i] = Loader::load(row + (j + i * kLanes) * Loader::kValueBytes);
      }
    } else {
      for (int i = 0; i < kBlockVectors; ++i) v[i] = load_lanes<Loader>(row, j + i * kLanes, n);
    }
  }
};

struct SingleRows : RealRows<KvType::f32, RealLoader<load_single, 4>> {
  static void store_row(float* x, const uint8_t*, uint8_t* out, int n) {
    std::memcpy(out, x, static_cast<size_t>(n) * sizeof(float));
  }
};

struct HalfRows : RealRows<KvType::f16, RealLoader<load_half, 2>> {
  static void store_row(float* x, const uint8_t*, uint8_t* out, int n) {
    int i = 0;
    for (; i + kLanes <= n; i += kLanes) store_half(out + 2 * i, load(x + i));
    for (; i < n; ++i) {
      const uint16_t h = float_to_half(x[i]);
      std::memcpy(out + 2 * i, &h, 2);
    }
  }
};

// What a page's keys are less, as floats. REQUIRES: a quantised type.
inline void load_centre(const CachedHead& head, const uint8_t* page, float* to) {
  const uint8_t* centre = page + head.centre_offset;
  for (int j = 0; j < head.head_dim; j += kLanes) store(to + j, load_half(centre + 2 * j));
}

// Spreads outliers, or gathers them again, if this type keeps values so.
template <class Kv>
inline void spread_as_kept(float* x, int n) {
  if constexpr (is_quantised(Kv::kType)) spread_outliers(x, n);
}

// Blocks as in a file of weights.
template <KvType kRowType, class BlockFormat>
struct QuantRows {
  using Format = BlockFormat;
  static constexpr KvType kType = kRowType;
  static_assert(kv_row_bytes(kType, kKvBlock) == Format::kBytes);

  // Values [j, j + kKvBlock) of a row.
  static void load_block(const uint8_t* row, int j, int, F (&v)[kBlockVectors]) {
    const uint8_t* block = row + j / kKvBlock * Format::kBytes;
    const F d = splat_half(block);
    if constexpr (Format::kBits == 8) {
      for (int i = 0; i < kBlockVectors; ++i) v[i] = mul(load_i8(block + 2 + i * kLanes), d);
    } else {
      load_scaled_nibbles(block + 2, d, v);
    }
  }

  static void store_row(float* x, const uint8_t* centre, uint8_t* out, int n) {
    spread_outliers(x, n);  // one value that is not finite makes all of them so
    for (int j = 0; centre && j < n; j += kLanes) {
      store(x + j, sub(load(x + j), load_half(centre + 2 * j)));
    }
    for (; n > 0; n -= kKvBlock, x += kKvBlock, out += Format::kBytes) {
      int16_t q[kKvBlock];
      const uint16_t d = round_block(x, q);
      std::memcpy(out, &d, 2);
      if constexpr (Format::kBits == 8) {
        for (int i = 0; i < kKvBlock; ++i) out[2 + i] = static_cast<uint8_t>(q[i]);
      } else {
        for (int i = 0; i < 16; ++i) {
          out[2 + i] = static_cast<uint8_t>((q[i] + 8) | (q[i + 16] + 8) << 4);
        }
      }
    }
  }

  static void find_centre(const uint8_t* keys, const uint8_t* before, uint8_t* out, int n) {
    if (!keys) {
      std::memset(out, 0, kv_centre_bytes(kType, n));
      return;
    }
    const size_t row_bytes = kv_row_bytes(kType, n);
    for (int j = 0; j < n; j += kKvBlock) {
      F sum[kBlockVectors];
      for (F& v : sum) v = splat(0.0f);
      for (size_t row = 0; row < kPagePositions; row += kCentreStride) {
        F key[kBlockVectors];
        load_block(keys + row * row_bytes, j, n, key);
        for (int v = 0; v < kBlockVectors; ++v) sum[v] = add(key[v], sum[v]);
      }
      for (int v = 0; v < kBlockVectors; ++v) {
        const int at = 2 * (j + v * kLanes);
        const F mean = mul(sum[v], splat(1.0f * kCentreStride / kPagePositions));
        store_half(out + at, add(load_half(before + at), mean));
      }
    }
  }

 private:
  static constexpr float kHigh = Format::kBits == 8 ? 127.0f : 7.0f;
  static constexpr float kLow = Format::kBits == 8 ? -127.0f : -8.0f;
  // Units that are tried, as multiples of the one that makes the value of largest magnitude kLow.
  static constexpr float kUnits[] = {1.1f, 1.03f, 0.96f, 0.9f};

  struct Fit {
    float products, squares;  // of values and integers, of integers
  };
  static Fit round_to(const float* x, float unit, int16_t* q) {
    const F inverse = splat(unit != 0.0f ? 1.0f / unit : 0.0f);
    F products = splat(0.0f), squares = products;
    for (int j = 0; j < kKvBlock; j += kLanes) {
      const F integers = round(mul(load(x + j), inverse));
      const F kept = max(min(integers, splat(kHigh)), splat(kLow));
      store_i16(q + j, kept);
      products = fma(load(x + j), kept, products);
      squares = fma(kept, kept, squares);
    }
    return {reduce_add(products), reduce_add(squares)};
  }

  // All values as multiples of the half that is returned: of four bits those that differ least
  // from x. A half that is no number says that values are none.
  static uint16_t round_block(const float* x, int16_t* q) {
    F most = load(x), least = most, sum = most;
    for (int j = kLanes; j < kKvBlock; j += kLanes) {
      most = max(load(x + j), most);
      least = min(load(x + j), least);
      sum = add(load(x + j), sum);
    }
    const float high = reduce_max(most), low = -reduce_max(sub(splat(0.0f), least));
    const float unit = (high > -low ? high : low) / kLow, poison = 0.0f * reduce_add(sum);
    if constexpr (Format::kBits == 8) {
      const uint16_t d = float_to_half(unit + poison);
      round_to(x, half_to_float(d), q);
      return d;
    }
    // Integers c differ from x the least if multiplied by x.c / c.c: by (x.c)^2 / c.c less than 0.
    float best = -1.0f, best_unit = 0.0f;
    for (float multiple : kUnits) {
      int16_t found[kKvBlock];
      const Fit fit = round_to(x, unit * multiple, found);
      const float gain = fit.squares > 0.0f ? fit.products * fit.products / fit.squares : 0.0f;
      if (gain <= best) continue;
      best = gain;
      best_unit = fit.squares > 0.0f ? fit.products / fit.squares : 0.0f;
      std::memcpy(q, found, sizeof found);
    }
    return float_to_half(best_unit + poison);
  }
};

using EightBitRows = QuantRows<KvType::q8_0, Q8_0>;
using FourBitRows = QuantRows<KvType::q4_0, Q4_0>;
