#include "quant/scale_min.inl"

struct Q5_K {
  static constexpr int kBytes = 176;
  static constexpr int kBits = 5;
  static constexpr int kGroups = 1;
  static void scales(const uint8_t* p, SuperScales* out) { unpack_scales_and_mins(p, out); }
  static WholeScales whole_scales(const uint8_t* p) { return unpack_whole_scales(p); }
  static Payload payload(const uint8_t* p, int s) {
    return add_bit_planes(load_paired_nibbles(p + 48, s), p + 16, s);
  }
};
