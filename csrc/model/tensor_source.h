// Finds a model's tensors by name and checks type and shape, so that the layers that take them need
// not. What it hands out points into the mapped file.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gguf/reader.h"
#include "quant/format.h"

namespace q3l {

inline constexpr int kAnyRows = -1;

// A weight matrix [rows, cols] in the blocks of its format.
struct Weight {
  const Format* format;
  const uint8_t* data;
  int rows, cols;

  size_t row_bytes() const { return format->row_bytes(static_cast<size_t>(cols)); }
  const uint8_t* row(int r) const { return data + static_cast<size_t>(r) * row_bytes(); }
};

// Matrices of one shape and format, one after the other: [count, rows, cols].
struct WeightStack {
  Weight first;
  int count;

  Weight operator[](int i) const {
    Weight w = first;
    w.data += static_cast<size_t>(i) * static_cast<size_t>(w.rows) * w.row_bytes();
    return w;
  }
};

class TensorSource {
 public:
  explicit TensorSource(const gguf::Reader& file)
      : file_(file), is_taken_(file.tensors().size(), false) {}

  bool has(const std::string& name) const { return file_.find_tensor(name) != nullptr; }

  // Throw ModelFormatError for a missing tensor or another shape, UnsupportedModelError for a type
  // that there are no kernels for; both name the tensor. kAnyRows takes what there is.
  Weight matrix(const std::string& name, int rows, int cols);
  std::optional<Weight> find_matrix(const std::string& name, int rows, int cols);
  WeightStack stack(const std::string& name, int count, int rows, int cols);
  const float* vector(const std::string& name, int n);       // float32
  const float* find_vector(const std::string& name, int n);  // nullptr when missing

  // Throws UnsupportedModelError, naming it, for a tensor that nothing has taken: the model would
  // compute something else without it.
  void require_all_taken() const;

 private:
  const gguf::Tensor& take(const std::string& name);
  const Format& format_of(const gguf::Tensor& tensor) const;
  [[noreturn]] void fail_shape(const gguf::Tensor& tensor, const std::string& expected) const;

  const gguf::Reader& file_;
  std::vector<bool> is_taken_;  // by place in file_.tensors()
};

}  // namespace q3l
