struct Q6_K {
  static constexpr int kBytes = 210;
  static constexpr int kGroups = 2;
  static constexpr int8_t kOffset = 32;
  static void scales(const uint8_t* p, SuperScales* out) {
    uint16_t h;
    std::memcpy(&h, p + 208, 2);
    const float d = half_to_float(h);
    for (int j = 0; j < 16; ++j) {
      out->scale[j] = d * static_cast<float>(static_cast<int8_t>(p[192 + j]));
      out->min[j] = -static_cast<float>(kOffset) * out->scale[j];
    }
  }
  static Payload payload(const uint8_t* p, int s) { return load_six_bits(p, p + 128, s); }
};
