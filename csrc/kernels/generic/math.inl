// exp over lanes.
#pragma once

// To about one unit in the last place: x = n ln 2 + r, |r| <= ln 2 / 2, and a polynomial for e^r
// (coefficients: the Cephes library's expf). REQUIRES: -87 <= x <= 88.
template <F (*multiply_add)(F, F, F)>
inline F exp_within(F x) {
  F n = round(mul(x, splat(1.44269504f)));
  F r = multiply_add(n, splat(-0.693359375f), x);
  r = multiply_add(n, splat(2.12194440e-4f), r);
  F p = splat(1.9875691500e-4f);
  p = multiply_add(p, r, splat(1.3981999507e-3f));
  p = multiply_add(p, r, splat(8.3334519073e-3f));
  p = multiply_add(p, r, splat(4.1665795894e-2f));
  p = multiply_add(p, r, splat(1.6666665459e-1f));
  p = multiply_add(p, r, splat(5.0000001201e-1f));
  p = multiply_add(p, mul(r, r), add(r, splat(1.0f)));
  return scale_by_power(p, n);
}

inline F exp_lanes(F x) {
  return exp_within<fma>(max(min(x, splat(88.0f)), splat(-87.0f)));
}

// The same bits with every instruction set, as two roundings are everywhere. NaN counts as -87.
inline F mul_add(F a, F b, F c) {
  return add(mul(a, b), c);
}
inline F exp_reproducible(F x) {
  return exp_within<mul_add>(max(x, splat(-87.0f)));
}

inline F silu(F x) {
  return div(x, add(splat(1.0f), exp_lanes(sub(splat(0.0f), x))));
}
