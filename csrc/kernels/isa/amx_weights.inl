// Weight rows as bytes for matrix tiles: a pair of blocks a tile row, values in order.
#pragma once

#include "kernels/generic/lanes.inl"
#include "kernels/generic/quant_steps.inl"
#include "kernels/generic/super_scales.inl"
#include "kernels/isa/amx_tiles.inl"

constexpr int kPairs = kGroupBlocks / 2;  // of blocks, in a group

// How weights become bytes, and how far their products add up in tiles.
enum class Scheme {
  blocks,       // a byte each: either plane of the tokens has a product for each pair of blocks
  narrow,       // 4 bits: 16 times a weight is a byte too, so that both planes have one product
  superblocks,  // integer scales multiplied in, low and high bytes: products of all the group
};

template <class Unpacker>
constexpr Scheme kScheme = Unpacker::kScales == 2 ? Scheme::superblocks
                           : Unpacker::kBits == 4 ? Scheme::narrow
                                                  : Scheme::blocks;

// The low bytes of one's 16-bit values and the high bytes of the other's.
inline __m512i join_bytes(__m512i low, __m512i high) {
  return _mm512_ternarylogic_epi64(_mm512_set1_epi16(0xff), low, high, 0xca);
}

// What a bit matrix of GF(2) makes of each byte: a byte of it, from the last on, says whose parity
// a bit is, `flipped` which are turned over.
template <uint8_t flipped>
inline __m512i map_bits(__m512i bytes, __m512i matrices) {
  return _mm512_gf2p8affine_epi64_epi8(bytes, matrices, flipped);
}
constexpr int64_t kLowNibble = 0x0102040800000000;        // the same of higher bits: shifted left
constexpr int64_t kLowNibbleTimes16 = 0x01020408;         // with bit 7 flipped: less 8
constexpr int64_t kSignedLowNibble = 0x0102040808080808;  // with the rest flipped: less 8
constexpr int64_t kSignedTop = 0x01020202;  // bits 0 and 1 as 4 and 5: less 32, if flipped

// A matrix for each half of the bytes.
inline __m512i join_halves(int64_t first, int64_t second) {
  return _mm512_inserti64x4(_mm512_set1_epi64(first), _mm256_set1_epi64x(second), 1);
}
// A matrix for each quarter, in turns.
inline __m512i alternate_quarters(int64_t even, int64_t odd) {
  return _mm512_broadcast_i64x4(_mm256_set_epi64x(odd, odd, even, even));
}

template <class Unpacker>
struct alignas(64) WeightScales {
  float d[kTile][kGroupBlocks];
  float m[Unpacker::kMin ? kTile : 0][kGroupBlocks];
};

// A group of kTile weight rows.
template <class Unpacker>
struct alignas(64) WeightGroup {
  static constexpr Scheme kBytes = kScheme<Unpacker>;

  int8_t low[kPairs][kTile][64];
  // 16 times the same, or what 256 times belongs to it; then low bytes are unsigned.
  int8_t high[kBytes == Scheme::blocks ? 0 : kPairs][kTile][64];

  // Where an unpacker puts a row; see generic/panel_gemm.inl.
  struct Row {
    static constexpr bool kLoads = true;  // payloads would be in another order
    static constexpr bool kSigned = Unpacker::kOffset > 0;

    // Of the first pair: in every row the others, high bytes and minima are as far behind.
    int8_t* low;
    float* d;

    static Row first(WeightGroup& group, WeightScales<Unpacker>& scales) {
      return {group.low[0][0], scales.d[0]};
    }
    Row next() const { return {low + 64, d + kGroupBlocks}; }

    template <int kPlane>
    void store_pair(int pair, __m512i values) const {
      _mm512_store_si512(low + (kPlane * kPairs + pair) * kTile * 64, values);
    }
    float* m() const { return d + kTile * kGroupBlocks; }
    // Of blocks that are not there.
    void clear_scales(int begin) const {
      for (int b = begin; b < kGroupBlocks; ++b) {
        d[b] = 0.0f;
        if constexpr (Unpacker::kMin) m()[b] = 0.0f;
      }
    }

    // A step of blocks, scales and minima kLanes / kStep apart.
    template <class Format>
    void load_blocks(int block, const uint8_t* w, const float* scales, const float* minima) const {
      const uint8_t* values = w + Format::kValues;
      if constexpr (kBytes == Scheme::narrow) {
        auto load_pair = [values](int i) {
          auto load = [values](int j) {
            return _mm_loadu_si128(reinterpret_cast<const __m128i*>(values + j * Format::kBytes));
          };
          const __m512i first = _mm512_broadcast_i64x2(load(2 * i));
          return _mm512_mask_broadcast_i64x2(first, 0xf0, load(2 * i + 1));
        };
        for (int i = 0; i < 2; ++i) put_nibbles<alternate_quarters>(block / 2 + i, load_pair(i));
      } else if constexpr (Format::kBits == 8) {
        for (int i = 0; i < 2; ++i) {
          store_pair<kLow>(block / 2 + i,
                           load_halves<Format::kBytes>(values + 2 * i * Format::kBytes));
        }
      } else {
        put_payload(block, Format::payload(w));
      }
      put_scales<kLanes / kStep>(block, scales, minima);
    }

    // Step s of a superblock.
    template <class Format>
    void load_superblock(int block, const uint8_t* w, int s, const float* scales,
                         const float* minima) const {
      if constexpr (kBytes == Scheme::superblocks) return put_scaled<Format>(block, w, s);
      if constexpr (kBytes == Scheme::narrow) {
        for (int i = 0; i < 2; ++i) {
          const __m256i both = _mm256_loadu_si256(
              reinterpret_cast<const __m256i*>(w + Format::kValues + 64 * s + 32 * i));
          put_nibbles<join_halves>(block / 2 + i, _mm512_broadcast_i64x4(both));
        }
      } else {
        put_payload(block, Format::payload(w, s));
      }
      put_scales<1>(block, scales, minima);
    }

   private:
    // Low nibbles of some quarters, high ones of the others, and sixteen times the same.
    template <__m512i (*arrange)(int64_t, int64_t)>
    void put_nibbles(int pair, __m512i packed) const {
      constexpr int64_t kNibble = kSigned ? kSignedLowNibble : kLowNibble;
      store_pair<kLow>(pair, map_bits<kSigned ? 0xf8 : 0>(packed, arrange(kNibble, kNibble << 4)));
      store_pair<kHigh>(pair, map_bits<kSigned ? 0x80 : 0>(
                                  packed, arrange(kLowNibbleTimes16, kLowNibbleTimes16 << 4)));
    }

    // First and second halves of four blocks.
    void put_payload(int block, Payload q) const {
      if constexpr (kSigned) q = sub(q, splat_payload(Unpacker::kOffset));
      const __m512i first = _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11);
      const __m512i second = _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15);
      store_pair<kLow>(block / 2, _mm512_permutex2var_epi64(q.first, first, q.second));
      store_pair<kLow>(block / 2 + 1, _mm512_permutex2var_epi64(q.first, second, q.second));
    }

    template <int kStride>
    void put_scales(int block, const float* scales, const float* minima) const {
      gather<kStride>(scales, d + block);
      if constexpr (Unpacker::kMin) gather<kStride>(minima, m() + block);
    }
    template <int kStride>
    static void gather(const float* from, float* to) {
      if constexpr (kStride == 1) {
        _mm_store_ps(to, _mm_loadu_ps(from));
      } else {
        static_assert(kStride == 4);
        const __m512i places = _mm512_castsi128_si512(_mm_setr_epi32(0, 4, 8, 12));
        _mm_store_ps(to, _mm512_castps512_ps128(_mm512_permutexvar_ps(places, load(from))));
      }
    }

    // Values of 6 bits, less 32, times the scales of their half blocks.
    template <class Format>
    void put_scaled(int block, const uint8_t* w, int s) const {
      const __m512i nibbles = _mm512_loadu_si512(w + Format::kValues + 64 * s);
      const __m512i tops = _mm512_broadcast_i64x4(
          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(w + Format::kTops + 32 * s)));
      const __m256i scales = _mm256_cvtepi8_epi16(Format::half_scales(w).v);
      const __m512i times256 = _mm512_castsi256_si512(_mm256_slli_epi16(scales, 8));
      for (int i = 0; i < 2; ++i) {
        const int64_t top = kSignedTop << 4 * i;
        const __m512i values =
            _mm512_xor_si512(map_bits<0>(nibbles, _mm512_set1_epi64(kLowNibble << 4 * i)),
                             map_bits<0xe0>(tops, join_halves(top, top << 2)));
        const __m512i quarter = _mm512_inserti64x4(
            _mm512_castsi256_si512(_mm256_set_m128i(_mm_set1_epi16(1), _mm_setzero_si128())),
            _mm256_set_m128i(_mm_set1_epi16(3), _mm_set1_epi16(2)), 1);
        const auto first = static_cast<short>(2 * block + 4 * i);
        const __m512i scale =
            _mm512_permutexvar_epi16(_mm512_add_epi16(quarter, _mm512_set1_epi16(first)), times256);
        // Both 256 times, so that the product's upper half is what is wanted.
        const __m512i even = _mm512_mulhi_epi16(_mm512_slli_epi16(values, 8), scale);
        const __m512i odd = _mm512_mulhi_epi16(join_bytes(_mm512_setzero_si512(), values), scale);
        store_pair<kLow>(block / 2 + i, join_bytes(even, _mm512_slli_epi16(odd, 8)));
        store_pair<kHigh>(block / 2 + i, join_bytes(_mm512_srli_epi16(even, 8), odd));
      }
      *d = first_lane(Format::unit(w));
    }
  };
};
