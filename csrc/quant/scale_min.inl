// What Q4_K and Q5_K make of their header.
#pragma once

inline void unpack_scales_and_mins(const uint8_t* p, SuperScales* out) {
  const SuperHeader header = load_super_header(p);
  store_scaled(out->scale, header.scales, header.unit);
  store_scaled(out->min, header.mins, mul(header.min_unit, splat(-1.0f)));
}

inline WholeScales unpack_whole_scales(const uint8_t* p) {
  const SuperHeader header = load_super_header(p);
  WholeScales out;
  store_bytes(out.scale, header.scales);
  out.unit = first_lane(header.unit);
  return out;
}
