#include "quant/scale_min.inl"

struct Q5_K {
  static constexpr int kBytes = 176;
  static constexpr int kBits = 5;
  static constexpr int kGroups = 1;
  static constexpr int kValues = 48;
  static void scales(const uint8_t* p, SuperScales* out) { unpack_scales_and_mins(p, out); }
  static WholeScales whole_scales(const uint8_t* p) { return unpack_whole_scales(p); }
  static BlockValues block_scales(const uint8_t* p) { return load_super_header(p).scales; }
  static HalfBlocks half_scales(const uint8_t* p) { return halve_blocks(block_scales(p)); }
  static BlockValues block_mins(const uint8_t* p) { return load_super_header(p).mins; }
  static F unit(const uint8_t* p) { return load_super_header(p).unit; }
  static F min_unit(const uint8_t* p) { return load_super_header(p).min_unit; }
  static I32 run(const uint8_t* p, int i) {
    return add_bit_run(load_nibble_run(p + kValues, i), p + 16, i);
  }
  static Payload payload(const uint8_t* p, int s) {
    return add_bit_planes(load_paired_nibbles(p + kValues, s), p + 16, s);
  }
};
