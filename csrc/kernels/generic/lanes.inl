// What every family needs over the vocabulary: layout numbers, and vectors that are not full.
#pragma once

enum class Layout : uint32_t { real_tiles, real_rows, token_tiles, quant_groups, super_groups, n };
constexpr uint32_t layout_id(Layout layout) {
  return Q3L_ISA_RANK * static_cast<uint32_t>(Layout::n) + static_cast<uint32_t>(layout);
}

// What stands for zero: 0 itself, a constant offset, or a minimum stored with the scale.
enum class Zero { none, offset, min };

inline I32 load_pairs(const int16_t (*p)[2]) {
  return load(reinterpret_cast<const int32_t*>(p));
}

inline size_t no_scratch(int) {
  return 0;
}

inline void store_first(float* p, F v, int n) {
  if (n >= kLanes) return store(p, v);
  float lanes[kLanes];
  store(lanes, v);
  std::memcpy(p, lanes, static_cast<size_t>(n) * sizeof(float));
}

inline float first_lane(F v) {
  float lanes[kLanes];
  store(lanes, v);
  return lanes[0];
}

// How values of each floating-point type are loaded; load_first pads with zeros, reading no more.
template <F (*load_lanes)(const uint8_t*), int kBytes>
struct RealLoader {
  static constexpr int kValueBytes = kBytes;
  static F load(const uint8_t* p) { return load_lanes(p); }
  static F load_first(const uint8_t* p, int n) {
    if (n >= kLanes) return load_lanes(p);
    uint8_t padded[kLanes * kBytes] = {};
    std::memcpy(padded, p, static_cast<size_t>(n) * kBytes);
    return load_lanes(padded);
  }
};
inline F load_single(const uint8_t* p) {
  return load(reinterpret_cast<const float*>(p));
}

inline F load_first(const float* p, int n) {
  return RealLoader<load_single, 4>::load_first(reinterpret_cast<const uint8_t*>(p), n);
}

// kFarBytes before their use into L2, and kNearBytes before it into L1.
template <int kBytes>
inline void prefetch_weights(const uint8_t* w) {
  for (int i = 0; i < (kBytes + 31) / 64; ++i) {  // one more than that costs more than a late line
    prefetch_far(w + kFarBytes + 64 * i);
    prefetch(w + kNearBytes + 64 * i);
  }
}
