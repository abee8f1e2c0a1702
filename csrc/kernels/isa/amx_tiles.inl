// What products on matrix tiles share: their size, bf16, and a thread's tile configuration.
#pragma once

#include "kernels/generic/lanes.inl"

constexpr int kTile = 16;  // rows of a tile, and 32-bit values of a row

inline int at_most(int n, int limit) {
  return n < limit ? n : limit;
}

inline __m512i to_bf16(F first, F second) {
  return reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(second, first));
}

// Tiles by number, which GCC's own functions take as a literal only.
template <int kTo>
inline void load_tile(const void* rows) {
  asm volatile("tileloadd (%0,%1), %%tmm%c2" : : "r"(rows), "r"(size_t{64}), "i"(kTo));
}
template <int kTo>
inline void load_tile_past_l1(const void* rows) {
  asm volatile("tileloaddt1 (%0,%1), %%tmm%c2" : : "r"(rows), "r"(size_t{64}), "i"(kTo));
}
// What it holds goes to memory, and zeros take its place.
template <int kFrom>
inline void take_tile(void* rows) {
  asm volatile("tilestored %%tmm%c2, (%0,%1)\n\ttilezero %%tmm%c2"
               :
               : "r"(rows), "r"(size_t{64}), "i"(kFrom));
}
// Adds products of bytes, of which those of `a` are signed or not.
template <bool kSigned, int kTo, int kA, int kB>
inline void multiply_tiles() {
  if constexpr (kSigned) {
    asm volatile("tdpbssd %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(kTo), "i"(kA), "i"(kB));
  } else {
    asm volatile("tdpbusd %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(kTo), "i"(kA), "i"(kB));
  }
}

// Tile loads read what vectors wrote, unseen by GCC 12.
inline void end_of_stores() {
  asm volatile("" ::: "memory");
}

// Two registers' lanes become pairs, one of each.
inline __m512i pair_up(F first, F second) {
  alignas(64) static constexpr uint16_t kOrder[32] = {0,  16, 1,  17, 2,  18, 3,  19, 4,  20, 5,
                                                      21, 6,  22, 7,  23, 8,  24, 9,  25, 10, 26,
                                                      11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
  return _mm512_permutexvar_epi16(_mm512_load_si512(kOrder), to_bf16(first, second));
}

struct alignas(64) TileConfig {
  uint8_t palette = 1, start_row = 0, reserved[14] = {};
  uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

// Other libraries configure a thread's tiles once and rely on it: theirs is put back.
class TilesInUse {
 public:
  TilesInUse() {
    const TileConfig config;
    // GCC 12 does not know that these two lines write and read all of it.
    asm volatile("" : "+m"(found_) : "m"(config));
    _tile_storeconfig(&found_);
    _tile_loadconfig(&config);
    asm volatile("" : "+m"(found_));
  }
  ~TilesInUse() {
    if (found_.palette == 0)
      _tile_release();
    else
      _tile_loadconfig(&found_);
  }
  TilesInUse(const TilesInUse&) = delete;
  TilesInUse& operator=(const TilesInUse&) = delete;

 private:
  TileConfig found_;
};
