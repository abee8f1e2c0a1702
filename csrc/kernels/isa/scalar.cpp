// The vocabulary without intrinsics: 16-byte vectors that any compiler lowers to what the baseline
// CPU has. It is the reference that every other row is compared with.
#include "kernels/kernel_set.h"

namespace q3l::scalar {
namespace {

#include "base/fp16.inl"

constexpr int kLanes = 4;        // values of a float vector
constexpr int kStep = 1;         // blocks of 32 values that are unpacked at once
constexpr int kTileRows = 4;     // weight rows and
constexpr int kTileVectors = 2;  // vectors of tokens whose sums of products are kept in registers
constexpr int kPanelRows = 16;   // weight rows unpacked at once
constexpr int kTurnUnroll = 4;
constexpr int kRunUnroll = 1;
constexpr int kRealColumns = 4;    // input rows of a tile of float products
constexpr int kAttendValues = 4;   // values of keys or values, and
constexpr int kAttendVectors = 3;  // vectors of query rows whose products are kept in registers
constexpr int kAttendTileRows = 48;
constexpr int kSharedHeads = 1;  // query heads of a generated row that share keys and values
constexpr int kSumVectors = 8;   // of weighted values that are kept in registers
constexpr int kStreams = 1;      // weight rows that one generated token reads together
constexpr bool kRowsShareInputs = false;
constexpr int kFarBytes = 1024, kNearBytes = 256;  // how far ahead weights are asked for
constexpr int kLargestInput = 127 * 256 + 127;     // of generated tokens
constexpr int kGemvRows = 1;                       // weight rows and
constexpr int kGemvColumns = 4;  // generated tokens, at most, that share unpacked weights

typedef float F __attribute__((vector_size(16)));
typedef int32_t I32 __attribute__((vector_size(16)));

struct Payload {
  int8_t v[32];
};

inline F splat(float a) {
  return F{a, a, a, a};
}
inline F load(const float* p) {
  F v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
inline void store(float* p, F v) {
  std::memcpy(p, &v, sizeof v);
}
inline F load_half(const uint8_t* p) {
  uint16_t h[4];
  std::memcpy(h, p, 8);
  return F{half_to_float(h[0]), half_to_float(h[1]), half_to_float(h[2]), half_to_float(h[3])};
}
inline void store_half(uint8_t* p, F v) {
  uint16_t h[4];
  for (int i = 0; i < 4; ++i) h[i] = float_to_half(v[i]);
  std::memcpy(p, h, 8);
}
inline F load_bf16(const uint8_t* p) {
  uint16_t h[4];
  std::memcpy(h, p, 8);
  return F{bf16_to_float(h[0]), bf16_to_float(h[1]), bf16_to_float(h[2]), bf16_to_float(h[3])};
}
inline F add(F a, F b) {
  return a + b;
}
inline F sub(F a, F b) {
  return a - b;
}
inline F mul(F a, F b) {
  return a * b;
}
inline F div(F a, F b) {
  return a / b;
}
inline F fma(F a, F b, F c) {
  return a * b + c;
}
inline F max(F a, F b) {
  return a > b ? a : b;
}
// x where a < b, else y.
inline F where_less(F a, F b, F x, F y) {
  return a < b ? x : y;
}
inline F min(F a, F b) {
  return a < b ? a : b;
}
inline F abs(F a) {
  return max(a, -a);
}
inline F round(F a) {
  // Adding and taking away 1.5 * 2^23 leaves no fraction bits; callers stay far below 2^22.
  F magic = splat(12582912.0f);
  return (a + magic) - magic;
}
// x * 2^n for integral n in [-126, 127].
inline F scale_by_power(F x, F n) {
  I32 bits = (__builtin_convertvector(n, I32) + 127) << 23;
  F power;
  std::memcpy(&power, &bits, sizeof power);
  return x * power;
}
inline float reduce_add(F v) {
  return (v[0] + v[2]) + (v[1] + v[3]);
}
inline float reduce_max(F v) {
  float a = v[0] > v[1] ? v[0] : v[1], b = v[2] > v[3] ? v[2] : v[3];
  return a > b ? a : b;
}
// Lane i is the sum of r[i]'s lanes.
inline F sum_lanes(const F (&r)[kLanes]) {
  return F{reduce_add(r[0]), reduce_add(r[1]), reduce_add(r[2]), reduce_add(r[3])};
}
inline void store_i16(int16_t* p, F v) {
  for (int i = 0; i < 4; ++i) p[i] = static_cast<int16_t>(v[i]);
}
// rows[i] lane j becomes rows[j] lane i.
inline void transpose(F (&rows)[kLanes]) {
  for (int i = 0; i < kLanes; ++i) {
    for (int j = 0; j < i; ++j) {
      const float a = rows[i][j];
      rows[i][j] = rows[j][i];
      rows[j][i] = a;
    }
  }
}

inline I32 splat(int32_t a) {
  return I32{a, a, a, a};
}
inline I32 load(const int32_t* p) {
  I32 v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
inline void store(int32_t* p, I32 v) {
  std::memcpy(p, &v, sizeof v);
}
inline I32 add(I32 a, I32 b) {
  return a + b;
}
template <int n>
inline I32 shift_left(I32 a) {
  return a << n;
}
inline F to_float(I32 a) {
  return __builtin_convertvector(a, F);
}

template <int stride>
inline Payload load_nibbles(const uint8_t* p) {
  Payload out;
  for (int i = 0; i < 16; ++i) {
    out.v[i] = static_cast<int8_t>(p[i] & 15);
    out.v[i + 16] = static_cast<int8_t>(p[i] >> 4);
  }
  return out;
}
template <int stride>
inline Payload load_bytes(const uint8_t* p) {
  Payload out;
  std::memcpy(out.v, p, 32);
  return out;
}
// Adds 16 to value i where bit i of the block's 32 is set.
template <int stride>
inline Payload add_fifth_bits(Payload a, const uint8_t* p) {
  for (int i = 0; i < 32; ++i) a.v[i] = static_cast<int8_t>(a.v[i] + (p[i / 8] >> i % 8 & 1) * 16);
  return a;
}
// kLanes signed bytes as floats; eight unsigned ones times a factor, stored; a half in every lane.
inline F load_i8(const uint8_t* p) {
  int8_t b[4];
  std::memcpy(b, p, 4);
  return F{static_cast<float>(b[0]), static_cast<float>(b[1]), static_cast<float>(b[2]),
           static_cast<float>(b[3])};
}
inline void store_scaled(float* p, uint64_t bytes, F factor) {
  for (int i = 0; i < 8; ++i) p[i] = factor[0] * static_cast<float>(bytes >> 8 * i & 255);
}
inline F splat_half(const uint8_t* p) {
  uint16_t h;
  std::memcpy(&h, p, 2);
  return splat(half_to_float(h));
}
// 32 values: nibbles of 16 bytes less 8, times d; the low ones come first.
inline void load_scaled_nibbles(const uint8_t* p, F d, F (&v)[8]) {
  for (int i = 0; i < 16; ++i) {
    v[i / 4][i % 4] = static_cast<float>((p[i] & 15) - 8) * d[0];
    v[i / 4 + 4][i % 4] = static_cast<float>((p[i] >> 4) - 8) * d[0];
  }
}
// A half from each block of a step, spread over the block's lanes.
template <int stride>
inline F load_scales(const uint8_t* p) {
  return splat_half(p);
}
inline Payload sub(Payload a, Payload b) {
  for (int i = 0; i < 32; ++i) a.v[i] = static_cast<int8_t>(a.v[i] - b.v[i]);
  return a;
}
// The payload's values in 16 bits, by halves of a block and places in them: even and odd ones of
// the first half, then of the second, in pairs, four lanes a block.
template <bool kSigned>
inline void split(Payload a, I32 (&w)[4]) {
  int16_t v[4][4][2];
  for (int i = 0; i < 32; ++i) v[i / 16 * 2 + i % 2][i % 16 / 4][i % 4 / 2] = a.v[i];
  std::memcpy(w, v, sizeof v);
}
inline Payload splat_payload(int8_t a) {
  Payload out;
  std::memset(out.v, a, 32);
  return out;
}

// The payload's values in order, each in 16 bits.
inline void widen(Payload a, int16_t (*q)[32]) {
  for (int i = 0; i < 32; ++i) q[0][i] = a.v[i];
}
// Each lane adds the products of its own two 16-bit values of w with those of x.
inline I32 dot2(I32 acc, I32 w, I32 x) {
  int16_t a[8], b[8];
  std::memcpy(a, &w, 16);
  std::memcpy(b, &x, 16);
  for (int i = 0; i < 8; ++i) acc[i / 2] += a[i] * b[i];
  return acc;
}

// Each lane adds the products of its own values of w, below 32, with those of x.
inline I32 dot_planes(I32 acc, Payload w, const int8_t (*x)[2][kLanes][4]) {
  for (int i = 0; i < 32; ++i) {
    const int half = i / 16, lane = i / 4 % 4;
    acc[lane] += w.v[i] * (256 * x[1][half][lane][i % 4] + x[0][half][lane][i % 4]);
  }
  return acc;
}
// A word for each block of a step, in all of its lanes.
inline I32 spread_words(const int32_t* p) {
  return splat(*p);
}
// Pairs of words, from a and b, of the block's first or second half, four a vector.
template <bool kSigned>
inline void pair_values(const Payload& a, const Payload& b, int half, I32 (&pairs)[4]) {
  for (int i = 0; i < 16; ++i) {
    const int at = 16 * half + i;
    pairs[i / 4][i % 4] =
        (a.v[at] & 0xffff) | static_cast<int32_t>(static_cast<uint32_t>(b.v[at]) << 16);
  }
}

// Superblocks. Step s of nibbles that lie in pairs of 32-value blocks sharing 32 bytes (Q4_K).
inline Payload load_paired_nibbles(const uint8_t* p, int s) {
  Payload out;
  for (int i = 0; i < 32; ++i)
    out.v[i] = static_cast<int8_t>(p[32 * (s / 2) + i] >> 4 * (s & 1) & 15);
  return out;
}
// Adds 16 to value i of block j where bit j of byte i is set (Q5_K).
inline Payload add_bit_planes(Payload a, const uint8_t* p, int s) {
  for (int i = 0; i < 32; ++i) a.v[i] = static_cast<int8_t>(a.v[i] + (p[i] >> s & 1) * 16);
  return a;
}
// Step s of Q6_K's 6-bit values: low nibbles, and pairs of top bits.
inline Payload load_six_bits(const uint8_t* low, const uint8_t* high, int s) {
  Payload out;
  const int half = s / 4, run = s % 4;
  for (int i = 0; i < 32; ++i) {
    int nibble = low[64 * half + 32 * (run & 1) + i] >> 4 * (run >> 1) & 15;
    int top = high[32 * half + i] >> 2 * run & 3;
    out.v[i] = static_cast<int8_t>(nibble | top << 4);
  }
  return out;
}
// One float for each block of a step, from p[kFirst] on and kStride apart, spread over the block's
// lanes. REQUIRES: kFirst < kStride, and kStride floats for each block.
template <int kStride, int kFirst = 0>
inline F spread(const float* p) {
  return splat(p[kFirst]);
}

// Sixteen signed bytes, one for each half block of a superblock.
struct HalfBlocks {
  int8_t v[16];
};
inline HalfBlocks load_half_blocks(const uint8_t* p) {
  HalfBlocks out;
  std::memcpy(out.v, p, sizeof out.v);
  return out;
}
// From those of the blocks.
inline HalfBlocks halve_blocks(uint64_t blocks) {
  HalfBlocks out;
  for (int i = 0; i < 16; ++i) out.v[i] = static_cast<int8_t>(blocks >> 8 * (i / 2));
  return out;
}
// The lanes' sum is a . x.
inline F dot_half_blocks(HalfBlocks a, const float* x) {
  F sum = splat(0.0f);
  for (int i = 0; i < 16; ++i) sum[i % 4] += static_cast<float>(a.v[i]) * x[i];
  return sum;
}
// Eight unsigned bytes times x, as floats: the lanes' sum is a . x.
inline F dot_blocks(uint64_t a, const float* x) {
  F sum = splat(0.0f);
  for (int i = 0; i < 8; ++i) sum[i % 4] += static_cast<float>(a >> 8 * i & 255) * x[i];
  return sum;
}
// Those of a run, in 16 bits, at their half blocks' places in multiply_bytes' sums.
inline I32 spread_half_blocks(HalfBlocks a, int run) {
  return splat(static_cast<int32_t>(static_cast<uint16_t>(a.v[run]) * 0x10001u));
}
// Sums of pairs of products, unsigned bytes of w by signed ones of x, in 16 bits. REQUIRES: w is
// below 64.
inline I32 multiply_bytes(I32 w, I32 x) {
  uint8_t a[16];
  int8_t b[16];
  std::memcpy(a, &w, 16);
  std::memcpy(b, &x, 16);
  int16_t sums[8];
  for (int i = 0; i < 8; ++i) {
    sums[i] = static_cast<int16_t>(a[2 * i] * b[2 * i] + a[2 * i + 1] * b[2 * i + 1]);
  }
  I32 out;
  std::memcpy(&out, sums, 16);
  return out;
}
// Bytes in 16 bits, even ones and odd ones, times scales.
inline void scale_words(I32 bytes, I32 scale, I32 (&words)[2]) {
  uint8_t v[16];
  int16_t s[8], w[2][8];
  std::memcpy(v, &bytes, 16);
  std::memcpy(s, &scale, 16);
  for (int i = 0; i < 16; ++i) w[i % 2][i / 2] = static_cast<int16_t>(v[i] * s[i / 2]);
  std::memcpy(words, w, 32);
}
// Run i of Q4_K's nibbles, which two blocks of 32 values have in 32 bytes.
inline I32 load_nibble_run(const uint8_t* p, int i) {
  uint8_t v[16];
  p += 32 * (i / 4) + 16 * (i % 2);
  for (int j = 0; j < 16; ++j) v[j] = p[j] >> 4 * (i / 2 % 2) & 15;
  I32 out;
  std::memcpy(&out, v, 16);
  return out;
}
// Adds 16 to value i of block j where bit j of byte i is set (Q5_K).
inline I32 add_bit_run(I32 a, const uint8_t* p, int i) {
  uint8_t v[16];
  std::memcpy(v, &a, 16);
  p += 16 * (i % 2);
  for (int j = 0; j < 16; ++j) v[j] = static_cast<uint8_t>(v[j] + (p[j] >> i / 2 & 1) * 16);
  std::memcpy(&a, v, 16);
  return a;
}
// Run i of Q6_K's values: low nibbles, and pairs of top bits.
inline I32 load_six_bit_run(const uint8_t* low, const uint8_t* high, int i) {
  const int half = i / 8, part = i / 2 % 4, begin = 16 * (i % 2);
  low += 64 * half + 32 * (part % 2) + begin;
  high += 32 * half + begin;
  uint8_t v[16];
  for (int j = 0; j < 16; ++j) {
    v[j] = static_cast<uint8_t>((low[j] >> 4 * (part / 2) & 15) | (high[j] >> 2 * part & 3) << 4);
  }
  I32 out;
  std::memcpy(&out, v, 16);
  return out;
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
  I32 out;
  for (int r = 0; r < 4; ++r) out[r] = (rows[r][0] + rows[r][1]) + (rows[r][2] + rows[r][3]);
  return out;
}
inline F join_rows(const F (&rows)[4]) {
  return F{rows[0][0], rows[1][1], rows[2][2], rows[3][3]};
}
inline void store_rows(float* y, F sums) {
  store(y, sums);
}

// In this order: vocabulary, products, prompt attention, family.
#include "kernels/generic/block_rows.inl"

#include "kernels/generic/scaled_pairs.inl"

#include "kernels/generic/gemv_vectors.inl"

#include "kernels/generic/pair_sums.inl"

#include "kernels/generic/panel_words.inl"

#include "kernels/generic/panel_gemm.inl"

#include "kernels/generic/attend_exact.inl"

#include Q3L_FAMILY_INL

}  // namespace

decltype(kSet)& Q3L_FAMILY_SET() {
  return kSet;
}

}  // namespace q3l::scalar
