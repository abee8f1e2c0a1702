#include <string>

#include "base/error.h"
#include "bindings/arrays.h"
#include "bindings/bind.h"
#include "quant/format.h"

namespace py = pybind11;

namespace q3l {

namespace {

const Format& format_named(const std::string& name) {
  if (const Format* format = find_format(name)) return *format;
  std::string known;
  for (const Format& f : formats()) known += (known.empty() ? "" : ", ") + std::string(f.name);
  throw InvalidArgumentError("no weight format " + quoted(name) + "; there are " + known);
}

ByteArray encode(const std::string& name, const FloatArray& x) {
  const Format& format = format_named(name);
  if (x.ndim() != 2) throw InvalidArgumentError("encode takes a matrix [rows, columns]");
  const auto rows = static_cast<size_t>(x.shape(0)), columns = static_cast<size_t>(x.shape(1));
  if (columns % format.block_values != 0) {
    throw InvalidArgumentError("rows of " + std::to_string(columns) +
                               " values are no whole number of " + format.name + " blocks");
  }
  ByteArray out({rows, format.row_bytes(columns)});
  const float* from = x.data();
  uint8_t* to = out.mutable_data();
  py::gil_scoped_release unlocked;
  format.encode(from, to, rows * columns);
  return out;
}

FloatArray decode(const std::string& name, const ByteArray& blocks) {
  const Format& format = format_named(name);
  if (blocks.ndim() != 2 || static_cast<size_t>(blocks.shape(1)) % format.block_bytes != 0) {
    throw InvalidArgumentError(std::string("decode takes a matrix of whole ") + format.name +
                               " blocks");
  }
  const auto rows = static_cast<size_t>(blocks.shape(0));
  const size_t columns =
      static_cast<size_t>(blocks.shape(1)) / format.block_bytes * format.block_values;
  FloatArray out({rows, columns});
  const uint8_t* from = blocks.data();
  float* to = out.mutable_data();
  py::gil_scoped_release unlocked;
  format.decode(from, to, rows * columns);
  return out;
}

}  // namespace

void bind_quant(py::module_& m) {
  m.def(
      "formats",
      [] {
        py::list names;
        for (const Format& f : formats()) names.append(f.name);
        return names;
      },
      "Names of the weight formats.");
  m.def("encode", &encode, py::arg("format"), py::arg("x"),
        "Encodes float32 [rows, columns] to uint8 [rows, row_bytes] in a weight format.");
  m.def("decode", &decode, py::arg("format"), py::arg("blocks"),
        "Decodes uint8 [rows, row_bytes] of a weight format to float32 [rows, columns].");
}

}  // namespace q3l
