struct Q6_K {
  static constexpr int kBytes = 210;
  static constexpr int kBits = 6;
  static constexpr int kGroups = 2;
  static constexpr int kValues = 0, kTops = 128;  // low nibbles, and the two bits above them
  static void scales(const uint8_t* p, SuperScales* out) {
    const F d = splat_half(p + 208);
    for (int j = 0; j < 16; j += kLanes) store(out->scale + j, mul(load_i8(p + 192 + j), d));
  }
  static HalfBlocks half_scales(const uint8_t* p) { return load_half_blocks(p + 192); }
  static F unit(const uint8_t* p) { return splat_half(p + 208); }
  static I32 run(const uint8_t* p, int i) { return load_six_bit_run(p + kValues, p + kTops, i); }
  static Payload payload(const uint8_t* p, int s) {
    return load_six_bits(p + kValues, p + kTops, s);
  }
};
