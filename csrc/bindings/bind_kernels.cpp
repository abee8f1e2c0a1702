// Kernels one by one, for tests that compare every instruction set with the scalar row and with
// NumPy.
#include <pybind11/stl.h>

#include <string>
#include <vector>

#include "base/aligned_buffer.h"
#include "base/error.h"
#include "bindings/arrays.h"
#include "bindings/bind.h"
#include "bindings/names.h"
#include "kernels/dispatch.h"
#include "quant/format.h"

namespace py = pybind11;

namespace q3l {

namespace {

FloatArray matmul(const std::string& isa, const std::string& role, const std::string& format_name,
                  const ByteArray& weights, const FloatArray& x) {
  const Kernels set = select_kernels(isa);
  const Format* format = find_format(format_name);
  if (!format) throw InvalidArgumentError("no weight format " + quoted(format_name));
  const Packing& packing = set.packing(*format, role_named(role));
  const int n_in = static_cast<int>(x.shape(1)), n_rows = static_cast<int>(x.shape(0));
  const int n_out = static_cast<int>(weights.shape(0));
  if (format->row_bytes(static_cast<size_t>(n_in)) != static_cast<size_t>(weights.shape(1))) {
    throw InvalidArgumentError("weights and inputs differ in row length");
  }
  AlignedBuffer packed(packing.packed_bytes(n_in, n_rows)), scratch(packing.scratch_bytes(n_in));
  packing.pack(x.data(), static_cast<size_t>(n_in), n_in, 0, n_rows, packed.data());
  FloatArray y({n_rows, n_out});
  packing.matmul[format->index]({weights.data(), static_cast<size_t>(weights.shape(1)), n_in, 0,
                                 n_out, packed.data(), n_rows, y.mutable_data(),
                                 static_cast<size_t>(n_out), scratch.data()});
  return y;
}

FloatArray rms_norm(const std::string& isa, const FloatArray& x, const FloatArray& weight,
                    float epsilon) {
  FloatArray y(x.size());
  select_kernels(isa).ops.rms_norm(y.mutable_data(), x.data(), weight.data(),
                                   static_cast<int>(x.size()), epsilon);
  return y;
}

FloatArray swiglu(const std::string& isa, const FloatArray& gate, const FloatArray& up) {
  FloatArray y(gate.size(), gate.data());
  select_kernels(isa).ops.swiglu(y.mutable_data(), up.data(), static_cast<int>(gate.size()));
  return y;
}

// q [group, dim] over k, v [positions, dim]: stored as the cache stores them, page by page.
FloatArray attend(const std::string& isa, const std::string& kv_type, const FloatArray& q,
                  const FloatArray& k, const FloatArray& v, float scale) {
  const Kernels set = select_kernels(isa);
  const int type = static_cast<int>(kv_type_named(kv_type));
  const size_t value_bytes = kv_type == "f32" ? 4 : 2;
  const int dim = static_cast<int>(q.shape(1)), n = static_cast<int>(k.shape(0));
  const size_t half_page = kPagePositions * static_cast<size_t>(dim) * value_bytes;
  std::vector<AlignedBuffer> pages;
  std::vector<const uint8_t*> addresses;
  for (int i = 0; i < n; ++i) {
    if (i % kPagePositions == 0) addresses.push_back(pages.emplace_back(2 * half_page).data());
    uint8_t* row =
        pages.back().data() + static_cast<size_t>(i % kPagePositions * dim) * value_bytes;
    set.ops.store_kv[type](k.data(i, 0), row, dim);
    set.ops.store_kv[type](v.data(i, 0), row + half_page, dim);
  }
  std::vector<float> scratch(static_cast<size_t>(attend_scratch(dim)));
  FloatArray out({q.shape(0), q.shape(1)});
  set.ops.attend[type]({q.data(), out.mutable_data(), static_cast<int>(q.shape(0)), dim, scale,
                        addresses.data(), 0, half_page, n, scratch.data()});
  return out;
}

}  // namespace

void bind_kernels(py::module_& m) {
  m.def("available_isas", &available_isas,
        "Instruction sets that this CPU supports, lowest rank first.");
  m.def("isa", [] { return kernels().isa; }, "The highest instruction set in use.");
  m.def("kernel_matmul", &matmul, py::arg("isa"), py::arg("role"), py::arg("format"),
        py::arg("weights"), py::arg("x"));
  m.def("kernel_rms_norm", &rms_norm, py::arg("isa"), py::arg("x"), py::arg("weight"),
        py::arg("epsilon"));
  m.def("kernel_swiglu", &swiglu, py::arg("isa"), py::arg("gate"), py::arg("up"));
  m.def("kernel_attend", &attend, py::arg("isa"), py::arg("kv_type"), py::arg("q"), py::arg("k"),
        py::arg("v"), py::arg("scale"));
}

}  // namespace q3l
