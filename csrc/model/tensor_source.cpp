#include "model/tensor_source.h"

#include "base/error.h"

namespace q3l {

namespace {

std::string shape_text(const gguf::Tensor& t) {
  std::string text;
  for (int d = t.n_dims - 1; d >= 0; --d)
    text += (text.empty() ? "[" : ", ") + std::to_string(t.shape[d]);
  return text + "]";
}

}  // namespace

const gguf::Tensor& TensorSource::require(const std::string& name) const {
  if (const gguf::Tensor* t = file_.find_tensor(name)) return *t;
  throw ModelFormatError(file_.path() + " has no tensor " + quoted(name) +
                         "; convert the model again");
}

Weight TensorSource::matrix(const std::string& name, int rows, int cols) const {
  const gguf::Tensor& t = require(name);
  const Format* format = find_format(t.layout->id);
  if (!format) {
    throw UnsupportedModelError(file_.path() + ": tensor " + quoted(name) + " is of type " +
                                t.layout->name +
                                ", which has no kernels; quantise the model to another type");
  }
  constexpr uint64_t kMaxRows = 1u << 30;
  const bool fits = t.n_dims == 2 && t.shape[0] == static_cast<uint64_t>(cols) &&
                    t.shape[1] <= kMaxRows &&
                    (rows == 0 || t.shape[1] == static_cast<uint64_t>(rows));
  if (!fits) {
    throw ModelFormatError(file_.path() + ": tensor " + quoted(name) + " has the shape " +
                           shape_text(t) + " where [" + (rows ? std::to_string(rows) : "n") + ", " +
                           std::to_string(cols) + "] belongs; convert the model again");
  }
  return {format, t.data, static_cast<int>(t.shape[1]), cols};
}

std::optional<Weight> TensorSource::find_matrix(const std::string& name, int rows, int cols) const {
  if (!file_.find_tensor(name)) return std::nullopt;
  return matrix(name, rows, cols);
}

const float* TensorSource::vector(const std::string& name, int n) const {
  const gguf::Tensor& t = require(name);
  const bool is_float = std::string_view(t.layout->name) == "F32";
  if (!is_float || t.n_dims != 1 || t.shape[0] != static_cast<uint64_t>(n) ||
      reinterpret_cast<uintptr_t>(t.data) % alignof(float) != 0) {
    throw ModelFormatError(file_.path() + ": tensor " + quoted(name) + " is " + t.layout->name +
                           " " + shape_text(t) + " where aligned F32 [" + std::to_string(n) +
                           "] belongs; convert the model again");
  }
  return reinterpret_cast<const float*>(t.data);
}

const float* TensorSource::find_vector(const std::string& name, int n) const {
  return file_.find_tensor(name) ? vector(name, n) : nullptr;
}

}  // namespace q3l
