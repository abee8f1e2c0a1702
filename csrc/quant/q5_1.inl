struct Q5_1 {
  static constexpr int kBytes = 24;
  static constexpr int kBits = 5;
  static constexpr Zero kZero = Zero::min;
  static constexpr int kValues = 8;
  static F scales(const uint8_t* p) { return load_scales<kBytes>(p); }
  static F mins(const uint8_t* p) { return load_scales<kBytes>(p + 2); }
  static Payload payload(const uint8_t* p) {
    return add_fifth_bits<kBytes>(load_nibbles<kBytes>(p + kValues), p + 4);
  }
};
