// NumPy arrays as the bindings take and give them.
#pragma once

#include <pybind11/numpy.h>

#include <cstdint>

namespace q3l {

using FloatArray = pybind11::array_t<float, pybind11::array::c_style | pybind11::array::forcecast>;
using WordArray = pybind11::array_t<uint32_t, pybind11::array::c_style>;
using ByteArray = pybind11::array_t<uint8_t, pybind11::array::c_style>;

}  // namespace q3l
