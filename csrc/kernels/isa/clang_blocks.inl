// The vocabulary of weights' blocks in Clang's own vectors. A step is kLanes / 4 blocks, whose
// halves are pieces of 16 bytes. REQUIRES: of the instruction set load_scales, load_i8 and
// floats_of, eight unsigned bytes as floats, and the products dot_bytes and dot_pairs.
#pragma once

constexpr int kStep = kLanes / 4;

struct Payload {
  Bytes first, second;
};
using Piece = Vector<uint8_t, 16>;
// Bytes of pieces `stride` apart.
template <int stride>
inline Bytes load_pieces(const uint8_t* p) {
  return join<kStep>([p](int i) { return load_as<Piece>(p + i * stride); });
}
template <int stride>
inline Payload load_nibbles(const uint8_t* p) {
  const Bytes packed = load_pieces<stride>(p);
  return {packed & 15, packed >> 4};
}
template <int stride>
inline Payload load_bytes(const uint8_t* p) {
  return {load_pieces<stride>(p), load_pieces<stride>(p + 16)};
}
template <int stride>
inline Payload add_fifth_bits(Payload a, const uint8_t* p) {
  const Whole<uint64_t> wanted = Whole<uint64_t>{} + 0x8040201008040201;
  auto sixteens = [&](int half) {
    const auto bits = join<kStep>([&](int i) {
      const uint8_t* two = p + i * stride + 2 * half;
      return Vector<uint64_t, 2>{two[0] * 0x0101010101010101u, two[1] * 0x0101010101010101u};
    });
    const Bytes found = reinterpret_cast<Bytes>(bits & wanted);
    return reinterpret_cast<Bytes>(found != 0) & 16;
  };
  return {a.first + sixteens(0), a.second + sixteens(1)};
}
inline void store_scaled(float* p, uint64_t bytes, F factor) {
  const Vector<float, 8> scaled = floats_of(bytes) * factor[0];
  std::memcpy(p, &scaled, sizeof scaled);
}
inline F splat_half(const uint8_t* p) {
  return load_scales<0>(p);
}
template <int kFirst = 0>
inline void scale_bytes(Vector<int8_t, 16> bytes, F d, F* v) {
  if constexpr (kFirst < 16) {
    *v = __builtin_convertvector(slice<kFirst, kLanes>(bytes), F) * d;
    scale_bytes<kFirst + kLanes>(bytes, d, v + 1);
  }
}
inline void load_scaled_nibbles(const uint8_t* p, F d, F (&v)[32 / kLanes]) {
  const Piece packed = load_as<Piece>(p);
  scale_bytes(reinterpret_cast<Vector<int8_t, 16>>((packed & 15) - 8), d, v);
  scale_bytes(reinterpret_cast<Vector<int8_t, 16>>((packed >> 4) - 8), d, v + 16 / kLanes);
}
inline Payload sub(Payload a, Payload b) {
  return {a.first - b.first, a.second - b.second};
}
inline Payload splat_payload(int8_t a) {
  const Bytes bytes = Bytes{} + static_cast<uint8_t>(a);
  return {bytes, bytes};
}
inline void widen(Payload a, int16_t (*q)[32]) {
  int16_t halves[2][kStep][16];
  const auto first = widened(a.first), second = widened(a.second);
  std::memcpy(halves[0], &first, sizeof first);
  std::memcpy(halves[1], &second, sizeof second);
  for (int block = 0; block < kStep; ++block) {
    for (int half = 0; half < 2; ++half) {
      std::memcpy(q[block] + 16 * half, halves[half][block], sizeof halves[half][block]);
    }
  }
}
template <bool kSigned>
inline void split(Payload a, I32 (&w)[4]) {
  auto halves = [](Bytes v, I32* out) {
    const auto words = reinterpret_cast<Whole<uint16_t>>(v);
    if constexpr (kSigned) {
      out[0] = reinterpret_cast<I32>(reinterpret_cast<Whole<int16_t>>(words << 8) >> 8);
      out[1] = reinterpret_cast<I32>(reinterpret_cast<Whole<int16_t>>(words) >> 8);
    } else {
      out[0] = reinterpret_cast<I32>(words & 0xff);
      out[1] = reinterpret_cast<I32>(words >> 8);
    }
  };
  halves(a.first, w);
  halves(a.second, w + 2);
}
inline I32 dot2(I32 acc, I32 w, I32 x) {
  return dot_pairs(acc, w, x);
}
inline I32 dot_planes(I32 acc, Payload w, const int8_t (*x)[2][kLanes][4]) {
  auto plane = [&](int i, int half) { return load_as<Bytes>(x[i][half]); };
  acc = dot_bytes<1>(acc, w.first, plane(0, 0), w.second, plane(0, 1));
  return dot_bytes<256>(acc, w.first, plane(1, 0), w.second, plane(1, 1));
}
inline I32 spread_words(const int32_t* p) {
  return join<kStep>([p](int i) { return Vector<int32_t, 4>{} + p[i]; });
}
template <bool kSigned>
inline void pair_values(const Payload& a, const Payload& b, int half, I32 (&pairs)[4]) {
  const auto x = widened(half == 0 ? a.first : a.second);
  const auto y = widened(half == 0 ? b.first : b.second);
  // Words of x and y by turns: of each block four values from 4 * kVector on.
  auto words = [&]<int kVector>() {
    constexpr auto word = [](int i) {
      const int lane = i / 2, value = 16 * (lane / 4) + 4 * kVector + lane % 4;
      return value + i % 2 * 4 * kLanes;
    };
    pairs[kVector] = reinterpret_cast<I32>(pick<word, 2 * kLanes>(x, y));
  };
  words.template operator()<0>();
  words.template operator()<1>();
  words.template operator()<2>();
  words.template operator()<3>();
}

// Superblocks.
inline Payload load_paired_nibbles(const uint8_t* p, int s) {
  auto half = [&](int offset) {
    return join<kStep>(
        [&](int block) {
          return (load_as<Piece>(p + 32 * (block / 2) + offset) >> 4 * (block % 2)) & 15;
        },
        s * kStep);
  };
  return {half(0), half(16)};
}
inline Payload add_bit_planes(Payload a, const uint8_t* p, int s) {
  auto half = [&](int offset) {
    return join<kStep>([&](int block) { return (load_as<Piece>(p + offset) >> block & 1) << 4; },
                       s * kStep);
  };
  return {a.first + half(0), a.second + half(16)};
}
// Values of a block of Q6_K from `offset` on: low nibbles, and pairs of top bits.
template <class V>
inline V six_bits(const uint8_t* low, const uint8_t* high, int block, int offset) {
  const int half = block / 4, part = block % 4;
  const V nibbles = load_as<V>(low + 64 * half + 32 * (part % 2) + offset) >> 4 * (part / 2) & 15;
  return nibbles | (load_as<V>(high + 32 * half + offset) >> 2 * part & 3) << 4;
}
inline Payload load_six_bits(const uint8_t* low, const uint8_t* high, int s) {
  auto half = [&](int offset) {
    return join<kStep>([&](int block) { return six_bits<Piece>(low, high, block, offset); },
                       s * kStep);
  };
  return {half(0), half(16)};
}
template <int kStride, int kFirst = 0>
inline F spread(const float* p) {
  return join<kStep>([p](int i) { return p[kFirst + i * kStride] - Vector<float, 4>{}; });
}

struct HalfBlocks {
  int8_t v[16];
};
inline HalfBlocks load_half_blocks(const uint8_t* p) {
  HalfBlocks out;
  std::memcpy(out.v, p, sizeof out.v);
  return out;
}
inline HalfBlocks halve_blocks(uint64_t blocks) {
  const auto eight = load_as<Vector<int8_t, 8>>(&blocks);
  const auto twice = pick<[](int i) { return i / 2; }, 16>(eight, eight);
  HalfBlocks out;
  std::memcpy(out.v, &twice, sizeof out.v);
  return out;
}
inline F dot_half_blocks(HalfBlocks a, const float* x) {
  F sum = splat(0.0f);
  for (int i = 0; i < 16; i += kLanes) {
    sum = fma(load_i8(reinterpret_cast<const uint8_t*>(a.v + i)), load(x + i), sum);
  }
  return sum;
}
// Eight values in n lanes, as a sum or with zeros.
template <int n>
inline auto fit_eight(Vector<float, 8> v) {
  if constexpr (n == 4) {
    return slice<0, 4>(v) + slice<4, 4>(v);
  } else if constexpr (n == 8) {
    return v;
  } else {
    return concat(v, Vector<float, 8>{});
  }
}
inline F dot_blocks(uint64_t a, const float* x) {
  return fit_eight<kLanes>(floats_of(a) * load_as<Vector<float, 8>>(x));
}

// A run is a half block of 16 values, a block, or blocks i and i + 4.
constexpr int kPieces = kLanes == 16 ? 2 : 1;
using RunPiece = Vector<uint8_t, 4 * kLanes / kPieces>;
// part(block, offset) of each piece, from value `offset` of a block on.
template <class Part>
inline I32 join_run(int i, Part part) {
  const int block = kLanes == 4 ? i / 2 : i, offset = kLanes == 4 ? 16 * (i % 2) : 0;
  return reinterpret_cast<I32>(
      join<kPieces>([&](int piece) { return part(block + 4 * piece, offset); }));
}
inline I32 load_nibble_run(const uint8_t* p, int i) {
  return join_run(i, [p](int block, int offset) {
    return load_as<RunPiece>(p + 32 * (block / 2) + offset) >> 4 * (block % 2) & 15;
  });
}
inline I32 add_bit_run(I32 a, const uint8_t* p, int i) {
  const I32 sixteens = join_run(
      i, [p](int block, int offset) { return (load_as<RunPiece>(p + offset) >> block & 1) << 4; });
  return a | sixteens;
}
inline I32 load_six_bit_run(const uint8_t* low, const uint8_t* high, int i) {
  return join_run(
      i, [=](int block, int offset) { return six_bits<RunPiece>(low, high, block, offset); });
}

inline void prefetch(const uint8_t* p) {
  __builtin_prefetch(p);
}
inline void prefetch_far(const uint8_t* p) {
  __builtin_prefetch(p, 0, 2);
}
