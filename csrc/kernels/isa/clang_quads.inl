// What generic/quad_sums.inl wants, in Clang's own vectors.
#pragma once

// Sums of pairs of lanes within quads: two of a's, then two of b's.
template <class V>
inline V add_pairs(V a, V b) {
  constexpr auto even = [](int i) { return i / 4 * 4 + i % 2 * 2 + i % 4 / 2 * kLanes; };
  constexpr auto odd = [](int i) { return i / 4 * 4 + i % 2 * 2 + i % 4 / 2 * kLanes + 1; };
  return pick<even, kLanes>(a, b) + pick<odd, kLanes>(a, b);
}
inline I32 add_lanes(const I32 (&rows)[4]) {
  return add_pairs(add_pairs(rows[0], rows[1]), add_pairs(rows[2], rows[3]));
}
inline F join_rows(const F (&rows)[4]) {
  constexpr auto by_turns = [](int i) { return i % 2 == 0 ? i : kLanes + i; };
  constexpr auto by_pairs = [](int i) { return i % 4 < 2 ? i : kLanes + i; };
  return pick<by_pairs, kLanes>(pick<by_turns, kLanes>(rows[0], rows[1]),
                                pick<by_turns, kLanes>(rows[2], rows[3]));
}
template <class V>
inline void store_quads(float* y, V sums) {
  constexpr int n = kLanesOf<V>;
  if constexpr (n == 4) {
    std::memcpy(y, &sums, sizeof sums);
  } else {
    store_quads(y, slice<0, n / 2>(sums) + slice<n / 2, n / 2>(sums));
  }
}
inline void store_rows(float* y, F sums) {
  store_quads(y, sums);
}
