// A GGUF model file (or the parts of a split one), mapped: metadata, tensor names and shapes, and
// views of their bytes. Every length, offset, count and alignment is checked before it is used.
// INVARIANT: views point into the mapping and live as long as the Reader.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/file_map.h"
#include "gguf/format.h"

namespace q3l::gguf {

// Reads an array of strings in place, in order: the vocabulary is never copied into objects.
class StringCursor {
 public:
  StringCursor(const uint8_t* p, uint64_t count) : p_(p), left_(count) {}
  uint64_t left() const { return left_; }
  std::string_view next();  // REQUIRES: left() > 0.

 private:
  const uint8_t* p_;
  uint64_t left_;
};

// One metadata value: a scalar, a string, or an array of scalars or strings (`count` of them).
struct Value {
  ValueType type;  // of the value, or of the elements when is_array
  bool is_array = false;
  uint64_t count = 1;
  const uint8_t* payload;  // first element; a string starts with its 8-byte length
};

struct Tensor {
  std::string name;
  const TypeLayout* layout;
  int n_dims;
  uint64_t shape[kMaxDims];  // as on disk: shape[0] is the contiguous (input) dimension; unused = 1
  const uint8_t* data;
  uint64_t bytes;

  uint64_t n_values() const { return shape[0] * shape[1] * shape[2] * shape[3]; }
};

class Reader {
 public:
  // `path` is a GGUF file of version 2 or 3; of a split file, its part 00001. The header is read
  // ahead, which takes about `header_bytes`. Throws FileError, ModelFormatError or
  // UnsupportedModelError.
  explicit Reader(const std::string& path, size_t header_bytes = kModelHeader);
  static constexpr size_t kModelHeader = 8 << 20;  // a vocabulary above all

  const std::string& path() const { return path_; }
  const std::vector<FileMap>& files() const { return files_; }  // the parts, in order
  uint64_t file_bytes() const;

  // Metadata. get_* return nullopt for a missing key and throw ModelFormatError for one of another
  // type (integers of any width convert when the value fits); require_* throw when it is missing.
  const Value* find(std::string_view key) const;
  std::optional<uint64_t> get_uint(std::string_view key) const;
  std::optional<double> get_float(std::string_view key) const;
  std::optional<bool> get_bool(std::string_view key) const;
  std::optional<std::string_view> get_string(std::string_view key) const;
  std::optional<StringCursor> get_strings(std::string_view key) const;
  std::vector<int64_t> get_ints(std::string_view key) const;   // empty when missing
  std::vector<double> get_floats(std::string_view key) const;  // empty when missing
  uint64_t require_uint(std::string_view key) const;
  std::string_view require_string(std::string_view key) const;
  const std::vector<std::pair<std::string, Value>>& metadata() const { return metadata_; }

  const std::vector<Tensor>& tensors() const { return tensors_; }
  const Tensor* find_tensor(std::string_view name) const;

 private:
  class Parser;
  void read_part(const std::string& path, int part, int n_parts);
  void read_tensors(Parser& in, uint64_t n_tensors, uint64_t alignment);
  [[noreturn]] void fail_key(std::string_view key, const std::string& what) const;

  std::string path_;
  size_t header_bytes_;
  std::vector<FileMap> files_;
  std::vector<std::pair<std::string, Value>> metadata_;
  std::unordered_map<std::string, size_t> key_index_;
  std::vector<Tensor> tensors_;
  std::unordered_map<std::string, size_t> tensor_index_;
};

}  // namespace q3l::gguf
