// Text of a model file as a Python string, and the other way about.
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <string_view>

namespace q3l {

// A file may hold anything: bytes that are not UTF-8 become U+FFFD.
inline pybind11::str readable(std::string_view bytes) {
  PyObject* text =
      PyUnicode_DecodeUTF8(bytes.data(), static_cast<Py_ssize_t>(bytes.size()), "replace");
  if (!text) throw pybind11::error_already_set();
  return pybind11::reinterpret_steal<pybind11::str>(text);
}

// UTF-8 of a Python string. Surrogates, which UTF-8 cannot hold, become U+FFFD.
inline std::string utf8_of(const pybind11::str& text) {
  Py_ssize_t size = 0;
  if (const char* bytes = PyUnicode_AsUTF8AndSize(text.ptr(), &size)) {
    return {bytes, static_cast<size_t>(size)};
  }
  PyErr_Clear();
  const pybind11::object replaced = text.attr("encode")("utf-16", "surrogatepass");
  return pybind11::cast<std::string>(replaced.attr("decode")("utf-16", "replace"));
}

}  // namespace q3l
