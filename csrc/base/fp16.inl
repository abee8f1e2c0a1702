// IEEE half and bfloat16 <-> float, rounding to nearest even. Included inside a namespace, so that
// every instruction-set unit has copies of its own (a shared copy might use too new instructions).
inline float bits_to_float(uint32_t bits) {
  float f;
  std::memcpy(&f, &bits, 4);
  return f;
}

inline uint32_t float_to_bits(float f) {
  uint32_t bits;
  std::memcpy(&bits, &f, 4);
  return bits;
}

inline float half_to_float(uint16_t h) {
  uint32_t sign = static_cast<uint32_t>(h & 0x8000) << 16;
  uint32_t magnitude = h & 0x7fff;
  if (magnitude >= 0x7c00) return bits_to_float(sign | 0x7f800000 | (magnitude & 0x3ff) << 13);
  // A subnormal counts in units of 2^-24; made a float by shifting it would be a subnormal there
  // too, which CPUs multiply a hundred times slower.
  if (magnitude < 0x400) {
    const float f = static_cast<float>(magnitude) * bits_to_float(0x33800000);
    return bits_to_float(float_to_bits(f) | sign);
  }
  return bits_to_float(sign | ((magnitude << 13) + 0x38000000));
}

inline uint16_t float_to_half(float f) {
  uint32_t bits = float_to_bits(f);
  uint16_t sign = static_cast<uint16_t>(bits >> 16 & 0x8000);
  bits &= 0x7fffffff;
  if (bits > 0x7f800000) return sign | 0x7e00;   // NaN
  if (bits >= 0x477ff000) return sign | 0x7c00;  // rounds to infinity
  if (bits < 0x38800000) {
    // Subnormal: adding 0.5 puts the result's last place at the bottom of the mantissa and rounds.
    return sign | static_cast<uint16_t>(float_to_bits(bits_to_float(bits) + 0.5f) - 0x3f000000);
  }
  return sign | static_cast<uint16_t>((bits - 0x38000000 + 0xfff + (bits >> 13 & 1)) >> 13);
}

inline float bf16_to_float(uint16_t b) {
  return bits_to_float(static_cast<uint32_t>(b) << 16);
}

inline uint16_t float_to_bf16(float f) {
  uint32_t bits = float_to_bits(f);
  if ((bits & 0x7fffffff) > 0x7f800000)
    return static_cast<uint16_t>(bits >> 16 | 0x40);  // quiet NaN
  return static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}
