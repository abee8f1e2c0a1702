// The vocabulary of 128-bit vectors, ARMv8's own: what scalar.cpp spells out, and what it says
// holds here. A step is one block: the first half of its values lies in one register, the second
// half in another. REQUIRES: dot_bytes, kTileRows and kTileVectors.
#pragma once

constexpr int kLanes = 4;
constexpr int kStep = 1;
constexpr int kPanelRows = 32;
constexpr int kAttendTileRows = 48;
constexpr int kStreams = 4;
constexpr bool kRowsShareInputs = true;            // loads of inputs are instructions of their own
constexpr int kFarBytes = 1024, kNearBytes = 256;  // how far ahead weights are asked for
constexpr int kRunUnroll = 8;
constexpr int kRealColumns = 8;
constexpr int kAttendValues = 4;
constexpr int kAttendVectors = 3;
constexpr int kSharedHeads = 2;
constexpr int kSumVectors = 16;
constexpr int kLargestInput = 127 * 256 + 127;
constexpr int kGemvRows = 4;
constexpr int kGemvColumns = 8;

using F = float32x4_t;
using I32 = int32x4_t;
struct Payload {
  int8x16_t first, second;
};

inline F splat(float a) {
  return vdupq_n_f32(a);
}
inline F load(const float* p) {
  return vld1q_f32(p);
}
inline void store(float* p, F v) {
  vst1q_f32(p, v);
}
inline F load_half(const uint8_t* p) {
  return vcvt_f32_f16(vreinterpret_f16_u8(vld1_u8(p)));
}
inline void store_half(uint8_t* p, F v) {
  vst1_u8(p, vreinterpret_u8_f16(vcvt_f16_f32(v)));
}
inline F load_bf16(const uint8_t* p) {
  return vreinterpretq_f32_u32(vshll_n_u16(vreinterpret_u16_u8(vld1_u8(p)), 16));
}
inline F add(F a, F b) {
  return vaddq_f32(a, b);
}
inline F sub(F a, F b) {
  return vsubq_f32(a, b);
}
inline F mul(F a, F b) {
  return vmulq_f32(a, b);
}
inline F div(F a, F b) {
  return vdivq_f32(a, b);
}
inline F fma(F a, F b, F c) {
  return vfmaq_f32(c, a, b);
}
inline F max(F a, F b) {
  return vbslq_f32(vcgtq_f32(a, b), a, b);  // b where a is NaN
}
inline F where_less(F a, F b, F x, F y) {
  return vbslq_f32(vcltq_f32(a, b), x, y);
}
inline F min(F a, F b) {
  return vbslq_f32(vcltq_f32(a, b), a, b);
}
inline F abs(F a) {
  return vabsq_f32(a);
}
inline F round(F a) {
  return vrndnq_f32(a);
}
inline F scale_by_power(F x, F n) {
  const I32 exponent = vaddq_s32(vcvtq_s32_f32(n), vdupq_n_s32(127));
  return vmulq_f32(x, vreinterpretq_f32_s32(vshlq_n_s32(exponent, 23)));
}
// Lane i is the sum of r[i]'s lanes.
inline F sum_lanes(const F (&r)[kLanes]) {
  return vpaddq_f32(vpaddq_f32(r[0], r[1]), vpaddq_f32(r[2], r[3]));
}
inline float reduce_add(F v) {
  return vaddvq_f32(v);
}
inline float reduce_max(F v) {
  v = max(v, vextq_f32(v, v, 2));
  return vgetq_lane_f32(max(v, vextq_f32(v, v, 1)), 0);
}
inline void store_i16(int16_t* p, F v) {
  vst1_s16(p, vmovn_s32(vcvtnq_s32_f32(v)));
}
inline void transpose(F (&r)[kLanes]) {
  const F a = vzip1q_f32(r[0], r[2]), b = vzip2q_f32(r[0], r[2]);
  const F c = vzip1q_f32(r[1], r[3]), d = vzip2q_f32(r[1], r[3]);
  r[0] = vzip1q_f32(a, c);
  r[1] = vzip2q_f32(a, c);
  r[2] = vzip1q_f32(b, d);
  r[3] = vzip2q_f32(b, d);
}

inline I32 splat(int32_t a) {
  return vdupq_n_s32(a);
}
inline I32 load(const int32_t* p) {
  return vld1q_s32(p);
}
inline void store(int32_t* p, I32 v) {
  vst1q_s32(p, v);
}
inline I32 add(I32 a, I32 b) {
  return vaddq_s32(a, b);
}
template <int n>
inline I32 shift_left(I32 a) {
  return vshlq_n_s32(a, n);
}
inline F to_float(I32 a) {
  return vcvtq_f32_s32(a);
}

inline Payload nibbles_of(uint8x16_t packed) {
  return {vreinterpretq_s8_u8(vandq_u8(packed, vdupq_n_u8(15))),
          vreinterpretq_s8_u8(vshrq_n_u8(packed, 4))};
}
// Shifts by what is known at run time only; to the right, and below 8.
inline uint8x16_t shift_right(uint8x16_t v, int n) {
  return vshlq_u8(v, vdupq_n_s8(static_cast<int8_t>(-n)));
}
template <int stride>
inline Payload load_nibbles(const uint8_t* p) {
  return nibbles_of(vld1q_u8(p));
}
template <int stride>
inline Payload load_bytes(const uint8_t* p) {
  return {vreinterpretq_s8_u8(vld1q_u8(p)), vreinterpretq_s8_u8(vld1q_u8(p + 16))};
}
// a, and 16 more where a bit of `bits` is one of `wanted`.
inline int8x16_t add_sixteen(int8x16_t a, uint8x16_t bits, uint8x16_t wanted) {
  const uint8x16_t sixteen = vandq_u8(vtstq_u8(bits, wanted), vdupq_n_u8(16));
  return vaddq_s8(a, vreinterpretq_s8_u8(sixteen));
}
template <int stride>
inline Payload add_fifth_bits(Payload a, const uint8_t* p) {
  const uint8x16_t wanted = vreinterpretq_u8_u64(vdupq_n_u64(0x8040201008040201));
  auto spread = [p](int byte) { return vcombine_u8(vdup_n_u8(p[byte]), vdup_n_u8(p[byte + 1])); };
  return {add_sixteen(a.first, spread(0), wanted), add_sixteen(a.second, spread(2), wanted)};
}
inline F load_i8(const uint8_t* p) {
  uint32_t four;
  std::memcpy(&four, p, sizeof four);
  const int16x8_t wide = vmovl_s8(vreinterpret_s8_u32(vdup_n_u32(four)));
  return vcvtq_f32_s32(vmovl_s16(vget_low_s16(wide)));
}
inline F splat_half(const uint8_t* p) {
  uint16_t h;
  std::memcpy(&h, p, sizeof h);
  const F lanes = vcvt_f32_f16(vreinterpret_f16_u16(vset_lane_u16(h, vdup_n_u16(0), 0)));
  return vdupq_laneq_f32(lanes, 0);
}
inline void load_scaled_nibbles(const uint8_t* p, F d, F (&v)[8]) {
  const Payload q = nibbles_of(vld1q_u8(p));
  auto scale = [d](int8x16_t bytes, F* out) {
    const int8x16_t centred = vsubq_s8(bytes, vdupq_n_s8(8));
    const int16x8_t low = vmovl_s8(vget_low_s8(centred)), high = vmovl_high_s8(centred);
    out[0] = vmulq_f32(vcvtq_f32_s32(vmovl_s16(vget_low_s16(low))), d);
    out[1] = vmulq_f32(vcvtq_f32_s32(vmovl_high_s16(low)), d);
    out[2] = vmulq_f32(vcvtq_f32_s32(vmovl_s16(vget_low_s16(high))), d);
    out[3] = vmulq_f32(vcvtq_f32_s32(vmovl_high_s16(high)), d);
  };
  scale(q.first, v);
  scale(q.second, v + 4);
}
template <int stride>
inline F load_scales(const uint8_t* p) {
  return splat_half(p);
}
inline Payload sub(Payload a, Payload b) {
  return {vsubq_s8(a.first, b.first), vsubq_s8(a.second, b.second)};
}
inline Payload splat_payload(int8_t a) {
  return {vdupq_n_s8(a), vdupq_n_s8(a)};
}
inline void widen(Payload a, int16_t (*q)[32]) {
  vst1q_s16(q[0], vmovl_s8(vget_low_s8(a.first)));
  vst1q_s16(q[0] + 8, vmovl_high_s8(a.first));
  vst1q_s16(q[0] + 16, vmovl_s8(vget_low_s8(a.second)));
  vst1q_s16(q[0] + 24, vmovl_high_s8(a.second));
}
template <bool kSigned>
inline void split(Payload a, I32 (&w)[4]) {
  auto halves = [](int8x16_t v, I32* out) {
    if constexpr (kSigned) {
      const int16x8_t words = vreinterpretq_s16_s8(v);
      out[0] = vreinterpretq_s32_s16(vshrq_n_s16(vshlq_n_s16(words, 8), 8));
      out[1] = vreinterpretq_s32_s16(vshrq_n_s16(words, 8));
    } else {
      const uint16x8_t words = vreinterpretq_u16_s8(v);
      out[0] = vreinterpretq_s32_u16(vandq_u16(words, vdupq_n_u16(0xff)));
      out[1] = vreinterpretq_s32_u16(vshrq_n_u16(words, 8));
    }
  };
  halves(a.first, w);
  halves(a.second, w + 2);
}
inline I32 dot2(I32 acc, I32 w, I32 x) {
  const int16x8_t a = vreinterpretq_s16_s32(w), b = vreinterpretq_s16_s32(x);
  const I32 low = vmull_s16(vget_low_s16(a), vget_low_s16(b)), high = vmull_high_s16(a, b);
  return vaddq_s32(acc, vpaddq_s32(low, high));
}
inline I32 dot_planes(I32 acc, Payload w, const int8_t (*x)[2][kLanes][4]) {
  const I32 values[] = {vreinterpretq_s32_s8(w.first), vreinterpretq_s32_s8(w.second)};
  auto dot = [&](I32 sum, int plane) {
    auto half = [&](int i) { return vreinterpretq_s32_s8(vld1q_s8(x[plane][i][0])); };
    return dot_bytes(sum, values, {half(0), half(1)});
  };
  return vaddq_s32(acc, dot(vshlq_n_s32(dot(vdupq_n_s32(0), 1), 8), 0));
}
inline I32 spread_words(const int32_t* p) {
  return vdupq_n_s32(*p);
}
template <bool kSigned>
inline void pair_values(const Payload& a, const Payload& b, int half, I32 (&pairs)[4]) {
  const int8x16_t x = half == 0 ? a.first : a.second, y = half == 0 ? b.first : b.second;
  const int8x16_t low = vzip1q_s8(x, y), high = vzip2q_s8(x, y);
  pairs[0] = vreinterpretq_s32_s16(vmovl_s8(vget_low_s8(low)));
  pairs[1] = vreinterpretq_s32_s16(vmovl_high_s8(low));
  pairs[2] = vreinterpretq_s32_s16(vmovl_s8(vget_low_s8(high)));
  pairs[3] = vreinterpretq_s32_s16(vmovl_high_s8(high));
}

// Superblocks. A lane for each block, or half block.
struct BlockValues {
  I32 of[2];
};
struct HalfBlocks {
  I32 of[4];
};

#include "kernels/generic/super_scales.inl"

// Bytes [4 i, 4 i + 4).
template <int i>
inline I32 widen_word(uint8x16_t bytes) {
  const uint32x4_t lanes = {4 * i, 4 * i + 1, 4 * i + 2, 4 * i + 3};
  const uint8x16_t from = vreinterpretq_u8_u32(vorrq_u32(lanes, vdupq_n_u32(0xffffff00)));
  return vreinterpretq_s32_u8(vqtbl1q_u8(bytes, from));
}
inline SuperHeader load_super_header(const uint8_t* p) {
  const uint8x16_t header = vld1q_u8(p);  // units, then words of scales, minima and top nibbles
  const F units = vcvt_f32_f16(vreinterpret_f16_u8(vget_low_u8(header)));
  const uint8x16_t first = vandq_u8(header, vdupq_n_u8(63));
  const uint8x16_t tops = vreinterpretq_u8_u32(vdupq_laneq_u32(vreinterpretq_u32_u8(header), 3));
  const uint8x16_t nibbles = vshlq_u8(tops, vcombine_s8(vdup_n_s8(0), vdup_n_s8(-4)));
  const uint8x16_t second = vsliq_n_u8(nibbles, vshrq_n_u8(header, 6), 4);
  return {{widen_word<1>(first), widen_word<1>(second)},
          {widen_word<2>(first), widen_word<2>(second)},
          vdupq_laneq_f32(units, 0),
          vdupq_laneq_f32(units, 1)};
}
inline void store_bytes(uint8_t* p, BlockValues a) {
  const int16x8_t words = vcombine_s16(vmovn_s32(a.of[0]), vmovn_s32(a.of[1]));
  vst1_s8(reinterpret_cast<int8_t*>(p), vmovn_s16(words));
}
inline void store_scaled(float* p, BlockValues a, F factor) {
  for (int i = 0; i < 2; ++i) vst1q_f32(p + 4 * i, vmulq_f32(vcvtq_f32_s32(a.of[i]), factor));
}
inline Payload load_paired_nibbles(const uint8_t* p, int s) {
  p += 32 * (s / 2);
  auto half = [s](uint8x16_t packed) {
    return vreinterpretq_s8_u8(vandq_u8(shift_right(packed, 4 * (s % 2)), vdupq_n_u8(15)));
  };
  return {half(vld1q_u8(p)), half(vld1q_u8(p + 16))};
}
inline Payload add_bit_planes(Payload a, const uint8_t* p, int s) {
  const uint8x16_t wanted = vdupq_n_u8(static_cast<uint8_t>(1 << s));
  return {add_sixteen(a.first, vld1q_u8(p), wanted),
          add_sixteen(a.second, vld1q_u8(p + 16), wanted)};
}
// Sixteen 6-bit values: nibbles shifted to the right by `low`, pairs of top bits by `high`.
inline uint8x16_t join_six_bits(uint8x16_t nibbles, int low, uint8x16_t tops, int high) {
  nibbles = vandq_u8(shift_right(nibbles, low), vdupq_n_u8(15));
  return vsliq_n_u8(nibbles, vandq_u8(shift_right(tops, high), vdupq_n_u8(3)), 4);
}
inline Payload load_six_bits(const uint8_t* low, const uint8_t* high, int s) {
  const int half = s / 4, run = s % 4;
  low += 64 * half + 32 * (run % 2);
  high += 32 * half;
  auto values = [&](int i) {
    const uint8x16_t joined =
        join_six_bits(vld1q_u8(low + i), 4 * (run / 2), vld1q_u8(high + i), 2 * run);
    return vreinterpretq_s8_u8(joined);
  };
  return {values(0), values(16)};
}
template <int kStride, int kFirst = 0>
inline F spread(const float* p) {
  return vdupq_n_f32(p[kFirst]);
}

inline HalfBlocks load_half_blocks(const uint8_t* p) {
  const int8x16_t bytes = vld1q_s8(reinterpret_cast<const int8_t*>(p));
  const int16x8_t low = vmovl_s8(vget_low_s8(bytes)), high = vmovl_high_s8(bytes);
  HalfBlocks out = {{vmovl_s16(vget_low_s16(low)), vmovl_high_s16(low),
                     vmovl_s16(vget_low_s16(high)), vmovl_high_s16(high)}};
  for (I32& four : out.of) asm("" : "+w"(four));  // else compilers widen each lane by itself
  return out;
}
inline HalfBlocks halve_blocks(BlockValues a) {
  return {{vzip1q_s32(a.of[0], a.of[0]), vzip2q_s32(a.of[0], a.of[0]), vzip1q_s32(a.of[1], a.of[1]),
           vzip2q_s32(a.of[1], a.of[1])}};
}
inline F dot_half_blocks(HalfBlocks a, const float* x) {
  F sum = vdupq_n_f32(0);
  for (int i = 0; i < 4; ++i) sum = vfmaq_f32(sum, vcvtq_f32_s32(a.of[i]), vld1q_f32(x + 4 * i));
  return sum;
}
inline F dot_blocks(BlockValues a, const float* x) {
  const F first = vmulq_f32(vcvtq_f32_s32(a.of[0]), vld1q_f32(x));
  return vfmaq_f32(first, vcvtq_f32_s32(a.of[1]), vld1q_f32(x + 4));
}
inline I32 load_nibble_run(const uint8_t* p, int i) {
  const uint8x16_t packed = vld1q_u8(p + 32 * (i / 4) + 16 * (i % 2));
  return vreinterpretq_s32_u8(vandq_u8(shift_right(packed, 4 * (i / 2 % 2)), vdupq_n_u8(15)));
}
inline I32 add_bit_run(I32 a, const uint8_t* p, int i) {
  const uint8x16_t wanted = vdupq_n_u8(static_cast<uint8_t>(1 << (i / 2)));
  return vreinterpretq_s32_s8(
      add_sixteen(vreinterpretq_s8_s32(a), vld1q_u8(p + 16 * (i % 2)), wanted));
}
inline I32 load_six_bit_run(const uint8_t* low, const uint8_t* high, int i) {
  const int half = i / 8, part = i / 2 % 4, begin = 16 * (i % 2);
  const uint8x16_t nibbles = vld1q_u8(low + 64 * half + 32 * (part % 2) + begin);
  const uint8x16_t tops = vld1q_u8(high + 32 * half + begin);
  return vreinterpretq_s32_u8(join_six_bits(nibbles, 4 * (part / 2), tops, 2 * part));
}

inline void prefetch(const uint8_t* p) {
  __builtin_prefetch(p);
}
inline void prefetch_far(const uint8_t* p) {
  __builtin_prefetch(p, 0, 2);
}

// What generic/quad_sums.inl wants: of four rows, a lane each, sums of their lanes, and values that
// those share.
inline I32 add_lanes(const I32 (&rows)[4]) {
  return vpaddq_s32(vpaddq_s32(rows[0], rows[1]), vpaddq_s32(rows[2], rows[3]));
}
inline F join_rows(const F (&rows)[4]) {
  return F{rows[0][0], rows[1][0], rows[2][0], rows[3][0]};
}
inline void store_rows(float* y, F sums) {
  vst1q_f32(y, sums);
}
