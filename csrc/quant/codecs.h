// Encoder and scalar decoder of every format, declared from formats.def, and the little arithmetic
// they share. Results are bit for bit those of ggml's reference code where it defines them.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/fp16.h"

namespace q3l {

#define Q3L_FORMAT(file, type, number, family, values, bytes)    \
  void decode_##file(const uint8_t* blocks, float* x, size_t n); \
  void encode_##file(const float* x, uint8_t* blocks, size_t n);
#include "quant/formats.def"
#undef Q3L_FORMAT

inline uint16_t load_u16(const uint8_t* p) {
  uint16_t v;
  std::memcpy(&v, p, 2);
  return v;
}
inline uint32_t load_u32(const uint8_t* p) {
  uint32_t v;
  std::memcpy(&v, p, 4);
  return v;
}
inline void store_u16(uint8_t* p, uint16_t v) {
  std::memcpy(p, &v, 2);
}
inline void store_u32(uint8_t* p, uint32_t v) {
  std::memcpy(p, &v, 4);
}
inline float load_half(const uint8_t* p) {
  return half_to_float(load_u16(p));
}
inline void store_half(uint8_t* p, float v) {
  store_u16(p, float_to_half(v));
}

}  // namespace q3l
