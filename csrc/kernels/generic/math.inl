// exp over lanes, to about one unit in the last place: x = n ln 2 + r, |r| <= ln 2 / 2, and a
// polynomial for e^r (coefficients: the Cephes library's expf).
#pragma once

inline F exp_lanes(F x) {
  x = max(min(x, splat(88.0f)), splat(-87.0f));
  F n = round(mul(x, splat(1.44269504f)));
  F r = fma(n, splat(-0.693359375f), x);
  r = fma(n, splat(2.12194440e-4f), r);
  F p = splat(1.9875691500e-4f);
  p = fma(p, r, splat(1.3981999507e-3f));
  p = fma(p, r, splat(8.3334519073e-3f));
  p = fma(p, r, splat(4.1665795894e-2f));
  p = fma(p, r, splat(1.6666665459e-1f));
  p = fma(p, r, splat(5.0000001201e-1f));
  p = fma(p, mul(r, r), add(r, splat(1.0f)));
  return scale_by_power(p, n);
}

inline F silu(F x) {
  return div(x, add(splat(1.0f), exp_lanes(sub(splat(0.0f), x))));
}
