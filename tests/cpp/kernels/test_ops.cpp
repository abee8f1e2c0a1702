// Rotation, addition and the cache's stores of every instruction set against double, at lengths
// that are no whole number of vectors, with values behind the end that must stay.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "base/fp16.h"
#include "kernels/dispatch.h"

namespace q3l {

namespace {

constexpr float kGuard = 12345.0f;
constexpr int kGuards = 20;

std::vector<float> random_values(int n, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> values;
  std::vector<float> x(static_cast<size_t>(n));
  for (float& v : x) v = values(random);
  return x;
}

std::vector<float> guarded(std::vector<float> x) {
  x.insert(x.end(), kGuards, kGuard);
  return x;
}

bool guards_stand(const std::vector<float>& x) {
  for (size_t i = x.size() - kGuards; i < x.size(); ++i) {
    if (x[i] != kGuard) return false;
  }
  return true;
}

using Rope = void (*)(float* x, const float* cos, const float* sin, int n_pairs);

// `first` and `second`: where the two values of pair i stand.
void check_rope(Rope rope, int n_pairs, int (*first)(int, int), int (*second)(int, int)) {
  const std::vector<float> before = random_values(2 * n_pairs, 1);
  const std::vector<float> angles = random_values(n_pairs, 2);
  std::vector<float> cos, sin;
  for (float angle : angles) {
    cos.push_back(std::cos(angle));
    sin.push_back(std::sin(angle));
  }
  std::vector<float> x = guarded(before);
  rope(x.data(), cos.data(), sin.data(), n_pairs);
  for (int i = 0; i < n_pairs; ++i) {
    const auto a = static_cast<size_t>(first(i, n_pairs)),
               b = static_cast<size_t>(second(i, n_pairs));
    const double c = cos[static_cast<size_t>(i)], s = sin[static_cast<size_t>(i)];
    CHECK(x[a] == doctest::Approx(before[a] * c - before[b] * s).epsilon(1e-6));
    CHECK(x[b] == doctest::Approx(before[b] * c + before[a] * s).epsilon(1e-6));
  }
  CHECK(guards_stand(x));
}

}  // namespace

TEST_CASE("rotation of pairs half a head apart, and of neighbours") {
  for (const std::string& isa : available_isas()) {
    const OpsSet ops = select_kernels(isa).ops;
    for (int n_pairs : {1, 3, 4, 12, 16, 20, 32, 64}) {
      CAPTURE(isa);
      CAPTURE(n_pairs);
      check_rope(
          ops.rope_neox, n_pairs, [](int i, int) { return i; }, [](int i, int n) { return i + n; });
      check_rope(
          ops.rope_interleaved, n_pairs, [](int i, int) { return 2 * i; },
          [](int i, int) { return 2 * i + 1; });
    }
  }
}

TEST_CASE("addition, norm and activation write their own values only") {
  for (const std::string& isa : available_isas()) {
    const OpsSet ops = select_kernels(isa).ops;
    for (int n : {1, 7, 8, 15, 16, 33, 100}) {
      CAPTURE(isa);
      CAPTURE(n);
      const std::vector<float> a = random_values(n, 3), b = random_values(n, 4);
      std::vector<float> sum = guarded(a), normed = guarded(a), gated = guarded(a),
                         scaled = guarded(a);
      ops.add(sum.data(), b.data(), n);
      ops.add_scaled(scaled.data(), b.data(), 0.3f, n);
      ops.rms_norm(normed.data(), normed.data(), b.data(), n, 1e-6f);  // in place, as for heads
      ops.swiglu(gated.data(), b.data(), n);
      double squares = 0;
      for (float v : a) squares += static_cast<double>(v) * v;
      for (int i = 0; i < n; ++i) {
        const auto k = static_cast<size_t>(i);
        CHECK(sum[k] == a[k] + b[k]);
        const double product = 0.3f * static_cast<double>(b[k]);
        CHECK(std::fabs(scaled[k] - (a[k] + product)) <= 1e-6 * (std::fabs(a[k]) + 1));
        CHECK(normed[k] ==
              doctest::Approx(a[k] / std::sqrt(squares / n + 1e-6) * b[k]).epsilon(2e-6));
        const double silu = a[k] / (1.0 + std::exp(-static_cast<double>(a[k])));
        CHECK(gated[k] == doctest::Approx(silu * b[k]).epsilon(2e-6));
      }
      CHECK(guards_stand(sum));
      CHECK(guards_stand(scaled));
      CHECK(guards_stand(normed));
      CHECK(guards_stand(gated));
    }
  }
}

TEST_CASE("largest of each block, whatever is no number") {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const std::string& isa : available_isas()) {
    const OpsSet ops = select_kernels(isa).ops;
    for (int n : {1, 3, 255, 256, 257, 1000}) {
      CAPTURE(isa);
      CAPTURE(n);
      std::vector<float> x = random_values(n, 6);
      for (float& v : x) v -= 100.0f;  // below what a padded vector would hold
      x[static_cast<size_t>(n / 2)] = x[0] = std::nanf("");
      const int n_blocks = (n + kLogitBlock - 1) / kLogitBlock;
      std::vector<float> maxima = guarded(std::vector<float>(static_cast<size_t>(n_blocks)));
      ops.block_max(x.data(), n, maxima.data());
      for (int b = 0; b < n_blocks; ++b) {
        float largest = -kInfinity;
        for (int i = b * kLogitBlock; i < std::min(n, (b + 1) * kLogitBlock); ++i) {
          if (x[static_cast<size_t>(i)] > largest) largest = x[static_cast<size_t>(i)];
        }
        CHECK(maxima[static_cast<size_t>(b)] == largest);
      }
      CHECK(guards_stand(maxima));
    }
  }
}

TEST_CASE("exponentials below a largest value are right, and the same bits in every row") {
  const OpsSet scalar = select_kernels("scalar").ops;
  for (const std::string& isa : available_isas()) {
    const OpsSet ops = select_kernels(isa).ops;
    for (int n : {1, 7, 100, 5000}) {
      CAPTURE(isa);
      CAPTURE(n);
      std::vector<float> x = random_values(n, 7);
      for (size_t i = 0; i < x.size(); ++i) x[i] = 3.0f - std::fabs(x[i]) * (i % 50);
      x.back() = 3.0f;
      if (n > 1) x[0] = std::nanf("");
      if (n > 2) x[1] = -std::numeric_limits<float>::infinity();
      std::vector<float> y = guarded(x), expected = guarded(x);
      ops.exp_below(y.data(), y.data(), 3.0f, 0.7f, n);
      scalar.exp_below(expected.data(), x.data(), 3.0f, 0.7f, n);
      CHECK(std::memcmp(y.data(), expected.data(), y.size() * sizeof(float)) == 0);
      int wrong = 0;
      for (int i = 0; i < n; ++i) {
        const auto k = static_cast<size_t>(i);
        double power = (static_cast<double>(x[k]) - 3.0) * static_cast<double>(0.7f);
        if (!(power > -87)) power = -87;
        wrong += std::fabs(y[k] / std::exp(power) - 1) > 2e-7 - 2e-7 * power;
      }
      CHECK(wrong == 0);
      CHECK(y[static_cast<size_t>(n - 1)] == 1.0f);
      CHECK(guards_stand(y));
    }
  }
}

TEST_CASE("the cache's stores round as the scalar conversion does") {
  std::vector<float> x = random_values(4000, 5);
  for (size_t i = 0; i < x.size(); ++i) x[i] = std::ldexp(x[i], static_cast<int>(i % 45) - 28);
  for (const std::string& isa : available_isas()) {
    CAPTURE(isa);
    const OpsSet ops = select_kernels(isa).ops;
    for (int n : {1, 7, 24, 40, 3999}) {
      CAPTURE(n);
      std::vector<uint16_t> halves(4020, 0xabcd);
      ops.store_kv[static_cast<int>(KvType::f16)](x.data(), nullptr,
                                                  reinterpret_cast<uint8_t*>(halves.data()), n);
      std::vector<float> singles(4020, kGuard);
      ops.store_kv[static_cast<int>(KvType::f32)](x.data(), nullptr,
                                                  reinterpret_cast<uint8_t*>(singles.data()), n);
      int wrong = 0;
      for (size_t i = 0; i < halves.size(); ++i) {
        const bool mine = i < static_cast<size_t>(n);
        wrong += halves[i] != (mine ? float_to_half(x[i]) : 0xabcd);
        wrong += singles[i] != (mine ? x[i] : kGuard);
      }
      CHECK(wrong == 0);
    }
  }
}

}  // namespace q3l
