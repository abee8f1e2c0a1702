#include <pybind11/stl.h>

#include <cstring>
#include <memory>
#include <string>

#include "base/error.h"
#include "bindings/arrays.h"
#include "bindings/bind.h"
#include "bindings/text.h"
#include "gguf/reader.h"

namespace py = pybind11;

namespace q3l {

namespace {

using gguf::ValueType;

// A metadata array. Its values become Python objects only when asked for: vocabularies are long.
struct Array {
  gguf::Value value;
  py::object file;  // whose mapping the value points into
};

template <class T>
py::object loaded(const uint8_t* p) {
  T number;
  std::memcpy(&number, p, sizeof number);
  return py::cast(number);
}

py::object number(ValueType type, const uint8_t* p) {
  switch (type) {
    case ValueType::u8:
      return loaded<uint8_t>(p);
    case ValueType::i8:
      return loaded<int8_t>(p);
    case ValueType::u16:
      return loaded<uint16_t>(p);
    case ValueType::i16:
      return loaded<int16_t>(p);
    case ValueType::u32:
      return loaded<uint32_t>(p);
    case ValueType::i32:
      return loaded<int32_t>(p);
    case ValueType::u64:
      return loaded<uint64_t>(p);
    case ValueType::i64:
      return loaded<int64_t>(p);
    case ValueType::f32:
      return loaded<float>(p);
    case ValueType::f64:
      return loaded<double>(p);
    default:
      return py::bool_(*p != 0);
  }
}

py::list values(const Array& array) {
  const gguf::Value& v = array.value;
  py::list out;
  if (v.type == ValueType::string) {
    for (gguf::StringCursor strings(v.payload, v.count); strings.left() > 0;) {
      out.append(readable(strings.next()));
    }
    return out;
  }
  const size_t bytes = gguf::scalar_bytes(v.type);
  for (uint64_t i = 0; i < v.count; ++i) out.append(number(v.type, v.payload + i * bytes));
  return out;
}

py::dict metadata(const py::object& self) {
  py::dict out;
  for (const auto& [key, value] : self.cast<const gguf::Reader&>().metadata()) {
    if (value.is_array) {
      out[readable(key)] = Array{value, self};
    } else if (value.type == ValueType::string) {
      out[readable(key)] = readable(gguf::StringCursor(value.payload, 1).next());
    } else {
      out[readable(key)] = number(value.type, value.payload);
    }
  }
  return out;
}

py::list tensors(const gguf::Reader& file) {
  py::list out;
  for (const gguf::Tensor& t : file.tensors()) {
    py::tuple shape(static_cast<size_t>(t.n_dims));
    for (int i = 0; i < t.n_dims; ++i) shape[static_cast<size_t>(t.n_dims - 1 - i)] = t.shape[i];
    out.append(py::make_tuple(readable(t.name), t.layout->name, shape, t.bytes));
  }
  return out;
}

// The tensor's blocks, a row for each row of values: the mapping itself, which `self` keeps.
ByteArray rows(const py::object& self, const std::string& name) {
  const gguf::Reader& file = self.cast<const gguf::Reader&>();
  const gguf::Tensor* t = file.find_tensor(name);
  if (!t) throw InvalidArgumentError(file.path() + " has no tensor " + quoted(name));
  const uint64_t n_rows = t->n_values() / t->shape[0];
  ByteArray out({n_rows, t->bytes / n_rows}, t->data, self);
  out.attr("flags").attr("writeable") = false;
  return out;
}

}  // namespace

void bind_gguf(py::module_& m) {
  py::class_<Array>(m, "GgufArray", "An array of a GGUF file's metadata.")
      .def("__len__", [](const Array& a) { return a.value.count; })
      .def("values", &values, "The elements as a list.");

  py::class_<gguf::Reader>(m, "GgufFile", "What a GGUF file holds, mapped.")
      .def(py::init([](const std::string& path) {
             py::gil_scoped_release unlocked;
             return std::make_unique<gguf::Reader>(path);
           }),
           py::arg("path"))
      .def_property_readonly("file_bytes", &gguf::Reader::file_bytes)
      .def_property_readonly("metadata", &metadata, "Values by key, in file order.")
      .def_property_readonly("tensors", &tensors,
                             "(name, type, shape, bytes) in file order; rows before columns.")
      .def("rows", &rows, py::arg("name"), "A tensor's bytes, uint8 [rows, bytes of a row].");
}

}  // namespace q3l
