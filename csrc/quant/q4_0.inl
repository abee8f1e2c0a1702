#pragma once

struct Q4_0 {
  static constexpr int kBytes = 18;
  static constexpr int kBits = 4;
  static constexpr Zero kZero = Zero::offset;
  static constexpr int kValues = 2;  // where they begin
  static F scales(const uint8_t* p) { return load_scales<kBytes>(p); }
  static Payload payload(const uint8_t* p) { return load_nibbles<kBytes>(p + kValues); }
};
