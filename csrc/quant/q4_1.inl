struct Q4_1 {
  static constexpr int kBytes = 20;
  static constexpr int kBits = 4;
  static constexpr Zero kZero = Zero::min;
  static constexpr int kValues = 4;
  static F scales(const uint8_t* p) { return load_scales<kBytes>(p); }
  static F mins(const uint8_t* p) { return load_scales<kBytes>(p + 2); }
  static Payload payload(const uint8_t* p) { return load_nibbles<kBytes>(p + kValues); }
};
