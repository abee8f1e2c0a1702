#include "model/tensor_source.h"

#include <algorithm>

#include "base/error.h"

namespace q3l {

namespace {

std::string shape_text(const gguf::Tensor& t) {
  std::string text;
  for (int d = t.n_dims - 1; d >= 0; --d)
    text += (text.empty() ? "[" : ", ") + std::to_string(t.shape[d]);
  return text + "]";
}

// Whether the shape is [count, rows, cols]; writers may leave out leading dimensions of 1.
bool has_shape(const gguf::Tensor& t, int count, int rows, int cols) {
  return t.shape[0] == static_cast<uint64_t>(cols) && t.shape[1] == static_cast<uint64_t>(rows) &&
         t.shape[2] == static_cast<uint64_t>(count) && t.shape[3] == 1;
}

// The rows that a tensor must have: those asked for, or its own.
int rows_of(const gguf::Tensor& t, int rows) {
  constexpr uint64_t kMaxRows = 1u << 30;
  return rows == kAnyRows ? static_cast<int>(std::min(t.shape[1], kMaxRows)) : rows;
}

std::string rows_text(int rows) {
  return (rows == kAnyRows ? "n" : std::to_string(rows)) + ", ";
}

}  // namespace

const gguf::Tensor& TensorSource::take(const std::string& name) {
  const gguf::Tensor* t = file_.find_tensor(name);
  if (!t) {
    throw ModelFormatError(file_.path() + " has no tensor " + quoted(name) +
                           "; convert the model again");
  }
  is_taken_[static_cast<size_t>(t - file_.tensors().data())] = true;
  return *t;
}

const Format& TensorSource::format_of(const gguf::Tensor& t) const {
  if (const Format* format = find_format(t.layout->id)) return *format;
  throw UnsupportedModelError(file_.path() + ": tensor " + quoted(t.name) + " is of type " +
                              t.layout->name +
                              ", which has no kernels; quantise the model to another type");
}

void TensorSource::fail_shape(const gguf::Tensor& t, const std::string& expected) const {
  throw ModelFormatError(file_.path() + ": tensor " + quoted(t.name) + " is " + t.layout->name +
                         " " + shape_text(t) + " where " + expected +
                         " belongs; convert the model again");
}

Weight TensorSource::matrix(const std::string& name, int rows, int cols) {
  const gguf::Tensor& t = take(name);
  const int n = rows_of(t, rows);
  if (!has_shape(t, 1, n, cols)) fail_shape(t, "[" + rows_text(rows) + std::to_string(cols) + "]");
  return {&format_of(t), t.data, n, cols};
}

std::optional<Weight> TensorSource::find_matrix(const std::string& name, int rows, int cols) {
  if (!has(name)) return std::nullopt;
  return matrix(name, rows, cols);
}

WeightStack TensorSource::stack(const std::string& name, int count, int rows, int cols) {
  const gguf::Tensor& t = take(name);
  const int n = rows_of(t, rows);
  if (!has_shape(t, count, n, cols)) {
    fail_shape(t,
               "[" + std::to_string(count) + ", " + rows_text(rows) + std::to_string(cols) + "]");
  }
  return {{&format_of(t), t.data, n, cols}, count};
}

const float* TensorSource::vector(const std::string& name, int n) {
  const gguf::Tensor& t = take(name);
  const bool is_float = std::string_view(t.layout->name) == "F32";
  if (!is_float || !has_shape(t, 1, 1, n) || reinterpret_cast<uintptr_t>(t.data) % alignof(float)) {
    fail_shape(t, "aligned F32 [" + std::to_string(n) + "]");
  }
  return reinterpret_cast<const float*>(t.data);
}

const float* TensorSource::find_vector(const std::string& name, int n) {
  return has(name) ? vector(name, n) : nullptr;
}

void TensorSource::require_all_taken() const {
  for (size_t i = 0; i < is_taken_.size(); ++i) {
    if (is_taken_[i]) continue;
    throw UnsupportedModelError(file_.path() + ": tensor " + quoted(file_.tensors()[i].name) +
                                " has no place in this architecture; the model would not be itself"
                                " without it");
  }
}

}  // namespace q3l
