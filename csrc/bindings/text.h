// Text of a model file as a Python string.
#pragma once

#include <pybind11/pybind11.h>

#include <string_view>

namespace q3l {

// A file may hold anything: bytes that are not UTF-8 become U+FFFD.
inline pybind11::str readable(std::string_view bytes) {
  PyObject* text =
      PyUnicode_DecodeUTF8(bytes.data(), static_cast<Py_ssize_t>(bytes.size()), "replace");
  if (!text) throw pybind11::error_already_set();
  return pybind11::reinterpret_steal<pybind11::str>(text);
}

}  // namespace q3l
