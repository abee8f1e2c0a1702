#pragma once

struct Q8_0 {
  static constexpr int kBytes = 34;
  static constexpr int kBits = 8;
  static constexpr Zero kZero = Zero::none;
  static constexpr int kValues = 2;
  static F scales(const uint8_t* p) { return load_scales<kBytes>(p); }
  static Payload payload(const uint8_t* p) { return load_bytes<kBytes>(p + kValues); }
};
