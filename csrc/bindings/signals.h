// Ctrl-C during long computations.
#pragma once

#include <pybind11/pybind11.h>

namespace q3l {

// Between steps: lets Ctrl-C end a long computation. REQUIRES: the GIL is released.
inline void check_signals() {
  pybind11::gil_scoped_acquire locked;
  if (PyErr_CheckSignals() != 0) throw pybind11::error_already_set();
}

}  // namespace q3l
