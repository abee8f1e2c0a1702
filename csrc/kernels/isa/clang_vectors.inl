// The vocabulary of numbers in Clang's own vectors, of kLanes lanes, which it lowers to
// instructions of any length: what scalar.cpp spells out, and what it says holds here.
#pragma once

template <class T, int n>
struct VectorOf {
  typedef T Type __attribute__((vector_size(n * sizeof(T))));
};
template <class T, int n>
using Vector = typename VectorOf<T, n>::Type;
// Of one register's bytes.
template <class T>
using Whole = Vector<T, 4 * kLanes / sizeof(T)>;

using F = Whole<float>;
using I32 = Whole<int32_t>;
using Bytes = Whole<uint8_t>;

template <class V>
inline V load_as(const void* p) {
  V v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

template <int... kIndices>
struct Indices {};
template <int kCount, int... kIndices>
struct CountTo : CountTo<kCount - 1, kCount - 1, kIndices...> {};
template <int... kIndices>
struct CountTo<0, kIndices...> {
  using Type = Indices<kIndices...>;
};

// Lanes of a, then of b, by the function that says which goes to lane i.
template <auto lane, class V, int... i>
inline auto pick_lanes(V a, V b, Indices<i...>) {
  return __builtin_shufflevector(a, b, lane(i)...);
}
template <auto lane, int kCount, class V>
inline auto pick(V a, V b) {
  return pick_lanes<lane>(a, b, typename CountTo<kCount>::Type{});
}
template <class V>
constexpr int kLanesOf = static_cast<int>(sizeof(V) / sizeof(V{}[0]));

template <class V>
inline auto concat(V a, V b) {
  return pick<[](int i) { return i; }, 2 * kLanesOf<V>>(a, b);
}
// Lanes [kFirst, kFirst + kCount).
template <int kFirst, int kCount, class V>
inline auto slice(V a) {
  return pick<[](int i) { return kFirst + i; }, kCount>(a, a);
}
template <class V>
inline auto even_lanes(V a, V b) {
  return pick<[](int i) { return 2 * i; }, kLanesOf<V>>(a, b);
}
template <class V>
inline auto odd_lanes(V a, V b) {
  return pick<[](int i) { return 2 * i + 1; }, kLanesOf<V>>(a, b);
}
// part(first), part(first + 1) and so on, kCount of them.
template <int kCount, class Part>
inline auto join(Part part, int first = 0) {
  if constexpr (kCount == 1) {
    return part(first);
  } else {
    return concat(join<kCount / 2>(part, first), join<kCount / 2>(part, first + kCount / 2));
  }
}

inline F splat(float a) {
  return a - F{};  // an addition would be computed: it makes -0 to 0
}
inline F load(const float* p) {
  return load_as<F>(p);
}
inline void store(float* p, F v) {
  std::memcpy(p, &v, sizeof v);
}
inline void store_half(uint8_t* p, F v) {
#if defined(__riscv_zvfhmin)
  const auto halves = __builtin_convertvector(v, Vector<_Float16, kLanes>);
  std::memcpy(p, &halves, sizeof halves);
#else
  for (int i = 0; i < kLanes; ++i) {
    const uint16_t h = float_to_half(v[i]);
    std::memcpy(p + 2 * i, &h, sizeof h);
  }
#endif
}
inline F load_bf16(const uint8_t* p) {
  const auto h = load_as<Vector<uint16_t, kLanes>>(p);
  return reinterpret_cast<F>(__builtin_convertvector(h, Whole<uint32_t>) << 16);
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
  return __builtin_elementwise_fma(a, b, c);
}
inline F max(F a, F b) {
  return a > b ? a : b;
}
inline F where_less(F a, F b, F x, F y) {
  return a < b ? x : y;
}
inline F min(F a, F b) {
  return a < b ? a : b;
}
inline F abs(F a) {
  return __builtin_elementwise_abs(a);
}
inline F round(F a) {
  // Adding and taking away 1.5 * 2^23 leaves no fraction bits; callers stay far below 2^22.
  const F magic = splat(12582912.0f);
  return (a + magic) - magic;
}
inline F scale_by_power(F x, F n) {
  return x * reinterpret_cast<F>((__builtin_convertvector(n, I32) + 127) << 23);
}
template <class V>
inline float reduce_add_lanes(V v) {
  constexpr int n = kLanesOf<V>;
  if constexpr (n == 2) {
    return v[0] + v[1];
  } else {
    return reduce_add_lanes(slice<0, n / 2>(v) + slice<n / 2, n / 2>(v));
  }
}
inline float reduce_add(F v) {
  return reduce_add_lanes(v);
}
inline float reduce_max(F v) {
  float lanes[kLanes];
  store(lanes, v);
  float most = lanes[0];
  for (int i = 1; i < kLanes; ++i) most = lanes[i] > most ? lanes[i] : most;
  return most;
}
inline F sum_lanes(const F (&r)[kLanes]) {
  F sums[kLanes];
  for (int i = 0; i < kLanes; ++i) sums[i] = r[i];
  for (int n = kLanes; n > 1; n /= 2) {
    for (int i = 0; i < n; i += 2) {
      sums[i / 2] = even_lanes(sums[i], sums[i + 1]) + odd_lanes(sums[i], sums[i + 1]);
    }
  }
  return sums[0];
}
inline void store_i16(int16_t* p, F v) {
  const auto words =
      __builtin_convertvector(__builtin_convertvector(v, I32), Vector<int16_t, kLanes>);
  std::memcpy(p, &words, sizeof words);
}
inline void transpose(F (&rows)[kLanes]) {
  float from[kLanes][kLanes], to[kLanes][kLanes];
  std::memcpy(from, rows, sizeof from);
  for (int i = 0; i < kLanes; ++i) {
    for (int j = 0; j < kLanes; ++j) to[j][i] = from[i][j];
  }
  std::memcpy(rows, to, sizeof to);
}

inline I32 splat(int32_t a) {
  return I32{} + a;
}
inline I32 load(const int32_t* p) {
  return load_as<I32>(p);
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

// Signed bytes in 16 bits each.
inline auto widened(Bytes a) {
  return __builtin_convertvector(reinterpret_cast<Whole<int8_t>>(a), Vector<int16_t, 4 * kLanes>);
}
