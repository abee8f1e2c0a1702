struct Q5_0 {
  static constexpr int kBytes = 22;
  static constexpr int kBits = 5;
  static constexpr Zero kZero = Zero::offset;
  static constexpr int kValues = 6;
  static F scales(const uint8_t* p) { return load_scales<kBytes>(p); }
  static Payload payload(const uint8_t* p) {
    return add_fifth_bits<kBytes>(load_nibbles<kBytes>(p + kValues), p + 2);
  }
};
