// GGUF as it lies on disk (docs/formats/gguf.md): the numbers of value types and tensor types, and
// how many bytes a block of each tensor type takes. All integers are little-endian.
#pragma once

#include <cstddef>
#include <cstdint>

namespace q3l::gguf {

inline constexpr uint32_t kMagic = 0x46554747;  // "GGUF"
inline constexpr uint32_t kDefaultAlignment = 32;
inline constexpr int kMaxDims = 4;

enum class ValueType : uint32_t {
  u8,
  i8,
  u16,
  i16,
  u32,
  i32,
  f32,
  boolean,
  string,
  array,
  u64,
  i64,
  f64,
};

// Bytes of a scalar of this type; 0 for strings, arrays and unknown types.
size_t scalar_bytes(ValueType type);

// A tensor type of the ggml family: `values` consecutive values take `bytes` bytes.
struct TypeLayout {
  uint32_t id;
  const char* name;
  uint32_t values;
  uint32_t bytes;
};

// Layout of tensor type `id`, or nullptr when no published GGUF uses that number. It knows more
// types than there are kernels for, so that a file's unsupported tensors can be named.
const TypeLayout* type_layout(uint32_t id);

}  // namespace q3l::gguf
