// Builds GGUF files in memory, value by value, and remembers where each number lies, so that tests
// can damage it on purpose.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "gguf/format.h"

namespace q3l::testing {

// A number in the header: a length, count, type, value, extent or offset.
struct Field {
  size_t offset;
  size_t size;
};

class GgufBuilder {
 public:
  uint32_t version = 3;
  uint32_t alignment = gguf::kDefaultAlignment;  // of tensors' data; a file names it in a key

  template <class T>
    requires std::is_arithmetic_v<T>
  void key(std::string_view name, T value) {
    begin_key(name, value_type<T>());
    number(keys_, value);
  }
  void key(std::string_view name, std::string_view text);
  void key(std::string_view name, const char* text) { key(name, std::string_view(text)); }
  void key(std::string_view name, const std::vector<std::string>& texts);
  template <class T>
    requires std::is_arithmetic_v<T>
  void key(std::string_view name, const std::vector<T>& values) {
    begin_array(name, value_type<T>(), values.size());
    for (T value : values) number(keys_, value);
    forget_elements(values.size());
  }
  // Starts a value of any type, whose bytes raw() then gives.
  void begin_key(std::string_view name, uint32_t type);
  void begin_array(std::string_view name, uint32_t type, uint64_t count);
  void raw(std::string_view bytes) { keys_.bytes += bytes; }

  // `shape` as on disk: the contiguous dimension first. `data` follows what earlier tensors had.
  void tensor(std::string_view name, uint32_t type, const std::vector<uint64_t>& shape,
              std::string_view data);
  // The same with any offset, and no data of its own.
  void tensor_at(std::string_view name, uint32_t type, const std::vector<uint64_t>& shape,
                 uint64_t offset);

  std::string header() const;  // up to the end of the tensors' entries
  std::string bytes() const;
  // Of header(); of an array's elements the first and last only.
  std::vector<Field> fields() const;

 private:
  struct Section {
    std::string bytes;
    std::vector<Field> fields;
    uint64_t count = 0;
  };

  template <class T>
  static constexpr uint32_t value_type() {
    using gguf::ValueType;
    if constexpr (std::is_same_v<T, bool>) return static_cast<uint32_t>(ValueType::boolean);
    if constexpr (std::is_same_v<T, float>) return static_cast<uint32_t>(ValueType::f32);
    if constexpr (std::is_same_v<T, double>) return static_cast<uint32_t>(ValueType::f64);
    constexpr uint32_t kUnsigned[] = {0, 0, 2, 2, 4, 4, 4, 4, 10};  // by size; the signed are next
    return kUnsigned[sizeof(T)] + std::is_signed_v<T>;
  }
  template <class T>
  static void number(Section& section, T value) {
    section.fields.push_back({section.bytes.size(), sizeof value});
    section.bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  static void text(Section& section, std::string_view value);
  void forget_elements(size_t n);  // of the array just written
  std::string counts() const;

  Section keys_, tensors_;
  std::string data_;
};

}  // namespace q3l::testing
