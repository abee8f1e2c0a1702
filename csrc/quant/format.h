// The table of weight formats, made from formats.def: what a block holds, and how one is decoded
// and encoded without SIMD. Kernels find a format's own code by (family, index).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace q3l {

// Formats whose kernels are the same algorithm over another loader.
enum class Family { real, b32, k256 };
inline constexpr int kFamilies = 3;

struct Format {
  const char* name;    // as llama.cpp spells it: "Q4_0"
  uint32_t ggml_type;  // its number in GGUF files
  Family family;
  int index;  // position within its family
  size_t block_values;
  size_t block_bytes;

  // n is a multiple of block_values.
  void (*decode)(const uint8_t* blocks, float* x, size_t n);
  void (*encode)(const float* x, uint8_t* blocks, size_t n);

  size_t row_bytes(size_t n) const { return n / block_values * block_bytes; }
};

std::span<const Format> formats();
const Format* find_format(uint32_t ggml_type);     // nullptr: no kernels for that type
const Format* find_format(std::string_view name);  // case does not matter

}  // namespace q3l
