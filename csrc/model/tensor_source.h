// Finds a model's tensors by name and checks type and shape, so that the layers that take them need
// not. What it hands out points into the mapped file.
#pragma once

#include <optional>
#include <string>

#include "gguf/reader.h"
#include "quant/format.h"

namespace q3l {

// A weight matrix [rows, cols] in the blocks of its format.
struct Weight {
  const Format* format;
  const uint8_t* data;
  int rows, cols;

  size_t row_bytes() const { return format->row_bytes(static_cast<size_t>(cols)); }
  const uint8_t* row(int r) const { return data + static_cast<size_t>(r) * row_bytes(); }
};

class TensorSource {
 public:
  explicit TensorSource(const gguf::Reader& file) : file_(file) {}

  // Throw ModelFormatError for a missing tensor or another shape, UnsupportedModelError for a type
  // that there are no kernels for; both name the tensor. rows = 0 accepts any number.
  Weight matrix(const std::string& name, int rows, int cols) const;
  std::optional<Weight> find_matrix(const std::string& name, int rows, int cols) const;
  const float* vector(const std::string& name, int n) const;       // float32
  const float* find_vector(const std::string& name, int n) const;  // nullptr when missing

 private:
  const gguf::Tensor& require(const std::string& name) const;

  const gguf::Reader& file_;
};

}  // namespace q3l
