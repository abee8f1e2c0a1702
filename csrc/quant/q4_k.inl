#include "quant/scale_min.inl"

struct Q4_K {
  static constexpr int kBytes = 144;
  static constexpr int kBits = 4;
  static constexpr int kGroups = 1;
  static void scales(const uint8_t* p, SuperScales* out) { unpack_scales_and_mins(p, out); }
  static WholeScales whole_scales(const uint8_t* p) { return unpack_whole_scales(p); }
  static Payload payload(const uint8_t* p, int s) { return load_paired_nibbles(p + 16, s); }
};
