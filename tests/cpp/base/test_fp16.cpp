// The conversions against arithmetic in double, for every half and around every rounding boundary.
#include "base/fp16.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

namespace q3l {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// What sign, exponent and mantissa of a 16-bit float stand for (IEEE 754, 3.4).
double value_of(uint16_t bits, int mantissa_bits) {
  const int exponent_bits = 15 - mantissa_bits, bias = (1 << (exponent_bits - 1)) - 1;
  const int exponent = bits >> mantissa_bits & ((1 << exponent_bits) - 1);
  const int mantissa = bits & ((1 << mantissa_bits) - 1);
  const double sign = bits & 0x8000 ? -1.0 : 1.0;
  if (exponent == (1 << exponent_bits) - 1) return mantissa ? std::nan("") : sign * kInfinity;
  const int lead = exponent > 0 ? 1 << mantissa_bits : 0;
  const int power = (exponent > 0 ? exponent : 1) - bias - mantissa_bits;
  return sign * std::ldexp(static_cast<double>(lead + mantissa), power);
}

using Narrow = uint16_t (*)(float);
using Widen = float (*)(uint16_t);

void check_every_value(Widen widen, Narrow narrow, int mantissa_bits) {
  int wrong_values = 0, wrong_round_trips = 0;
  for (uint32_t bits = 0; bits <= 0xffff; ++bits) {
    const auto b = static_cast<uint16_t>(bits);
    const double expected = value_of(b, mantissa_bits);
    const float got = widen(b);
    if (std::isnan(expected)) {
      wrong_values += !std::isnan(got) || std::signbit(got) != (b >> 15);
      wrong_round_trips += !std::isnan(value_of(narrow(got), mantissa_bits));
    } else {
      wrong_values += static_cast<double>(got) != expected || std::signbit(got) != (b >> 15);
      wrong_round_trips += narrow(got) != b;
    }
  }
  CHECK(wrong_values == 0);
  CHECK(wrong_round_trips == 0);
}

// Between neighbours `low` and `low + 1` the middle goes to the even one, and whatever is nearer to
// one of them goes there; beyond the largest finite value the middle is infinity's.
void check_rounding(Narrow narrow, int mantissa_bits) {
  const uint16_t infinity = static_cast<uint16_t>(0x7fff >> mantissa_bits << mantissa_bits);
  int wrong = 0;
  for (uint16_t low = 0; low < infinity; ++low) {
    const auto high = static_cast<uint16_t>(low + 1);
    const double step = low > 0 ? value_of(low, mantissa_bits) -
                                      value_of(static_cast<uint16_t>(low - 1), mantissa_bits)
                                : value_of(1, mantissa_bits);
    const double above =
        high < infinity ? value_of(high, mantissa_bits) : value_of(low, mantissa_bits) + step;
    const auto middle = static_cast<float>((value_of(low, mantissa_bits) + above) / 2);
    const float below_middle = std::nextafter(middle, 0.0f);
    const float above_middle = std::nextafter(middle, std::numeric_limits<float>::infinity());
    wrong += narrow(middle) != (low % 2 == 0 ? low : high);
    wrong += narrow(below_middle) != low;
    wrong += narrow(above_middle) != high;
    wrong += narrow(-middle) != (0x8000 | (low % 2 == 0 ? low : high));
  }
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("half: all 65,536 values, there and back") {
  check_every_value(half_to_float, float_to_half, 10);
}
TEST_CASE("half: rounding to nearest even, subnormals and overflow included") {
  check_rounding(float_to_half, 10);
}
TEST_CASE("half: what is too small or too large") {
  constexpr float kTiny = std::numeric_limits<float>::denorm_min();
  CHECK(float_to_half(kTiny) == 0);
  CHECK(float_to_half(-kTiny) == 0x8000);
  CHECK(float_to_half(std::numeric_limits<float>::max()) == 0x7c00);
  CHECK(float_to_half(-std::numeric_limits<float>::infinity()) == 0xfc00);
}

TEST_CASE("bfloat16: all 65,536 values, there and back") {
  check_every_value(bf16_to_float, float_to_bf16, 7);
}
TEST_CASE("bfloat16: rounding to nearest even") {
  check_rounding(float_to_bf16, 7);
}

}  // namespace q3l
