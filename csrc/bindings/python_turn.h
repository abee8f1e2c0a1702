// Python from the engine's threads: they do not hold the GIL, and may outlive the interpreter.
#pragma once

#include <pybind11/pybind11.h>

#include <optional>

namespace q3l {

// Holds the GIL, unless the program is ending: then nothing may touch Python any more.
class PythonTurn {
 public:
  PythonTurn();
  ~PythonTurn();
  PythonTurn(const PythonTurn&) = delete;
  PythonTurn& operator=(const PythonTurn&) = delete;

  explicit operator bool() const { return locked_.has_value(); }

 private:
  std::optional<pybind11::gil_scoped_acquire> locked_;
};

// An object that any thread may let go of.
class PythonRef {
 public:
  explicit PythonRef(pybind11::object object) : object_(std::move(object)) {}
  ~PythonRef();
  PythonRef(const PythonRef&) = delete;
  PythonRef& operator=(const PythonRef&) = delete;

  const pybind11::object& get() const { return object_; }

 private:
  pybind11::object object_;
};

}  // namespace q3l
