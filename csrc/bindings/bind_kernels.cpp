// Kernels one by one, for tests that compare every instruction set with the scalar row and with
// NumPy.
#include <pybind11/stl.h>

#include <algorithm>
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
  AlignedBuffer arranged;
  if (packing.arrange && n_rows >= packing.arranged_rows) {
    arranged.reserve(packing.arranged_bytes(n_in, n_rows));
    packing.arrange(packed.data(), n_in, n_rows, arranged.data());
  }
  FloatArray y({n_rows, n_out});
  packing.matmul[format->index]({weights.data(), static_cast<size_t>(weights.shape(1)), n_in, 0,
                                 n_out, packed.data(), n_rows, y.mutable_data(),
                                 static_cast<size_t>(n_out), scratch.data(), arranged.data()});
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

// Stores a copy of a row as the cache keeps it.
void store_copy(const OpsSet& ops, KvType type, const float* x, int n, const uint8_t* centre,
                uint8_t* out) {
  std::vector<float> row(x, x + n);
  ops.store_kv[static_cast<int>(type)](row.data(), centre, out, n);
}

// The centre of a page, null if the type has none; `keys` and `before` are of the page before, if
// there is one.
const uint8_t* find_centre(const OpsSet& ops, KvType type, const uint8_t* keys,
                           const uint8_t* before, uint8_t* out, int n) {
  if (!is_quantised(type)) return nullptr;
  ops.find_centre[static_cast<int>(type)](keys, before, out, n);
  return out;
}

// x [rows, n], a sequence's keys or values from its first on, as the cache keeps them: bytes [rows,
// kv_row_bytes].
py::array_t<uint8_t> store_kv(const std::string& isa, const std::string& kv_type,
                              const FloatArray& x, bool are_keys) {
  const KvType type = kv_type_named(kv_type);
  const Kernels set = select_kernels(isa);
  const auto n = static_cast<int>(x.shape(1));
  if (is_quantised(type) && n % kKvBlock != 0) {
    throw InvalidArgumentError("quantised caches keep whole blocks of 32 values");
  }
  py::array_t<uint8_t> out({x.shape(0), static_cast<py::ssize_t>(kv_row_bytes(type, n))});
  std::vector<uint8_t> before, now(kv_centre_bytes(type, n));
  const uint8_t* centre = nullptr;
  for (py::ssize_t i = 0; i < x.shape(0); ++i) {
    if (are_keys && i % kPagePositions == 0) {
      before = now;
      const uint8_t* keys = i == 0 ? nullptr : out.data(i - kPagePositions, 0);
      centre = find_centre(set.ops, type, keys, before.data(), now.data(), n);
    }
    store_copy(set.ops, type, x.data(i, 0), n, centre, out.mutable_data(i, 0));
  }
  return out;
}

// k, v [positions, dim], stored as the cache stores them, page by page; NaN after the last.
struct StoredPages {
  StoredPages(const OpsSet& ops, KvType kv_type, const FloatArray& k, const FloatArray& v)
      : type(static_cast<int>(kv_type)),
        dim(static_cast<int>(k.shape(1))),
        n(static_cast<int>(k.shape(0))),
        half_page(kPagePositions * kv_row_bytes(kv_type, dim)) {
    const size_t page_bytes = 2 * half_page + kv_centre_bytes(kv_type, dim);
    const uint8_t *before = nullptr, *centre = nullptr;
    for (int i = 0; i < n; ++i) {
      if (i % kPagePositions == 0) {
        uint8_t* page = pages.emplace_back(page_bytes).data();
        std::memset(page, 0xff, page_bytes);
        centre = find_centre(ops, kv_type, before, centre, page + 2 * half_page, dim);
        addresses.push_back(before = page);
      }
      uint8_t* row = pages.back().data() +
                     static_cast<size_t>(i % kPagePositions) * half_page / kPagePositions;
      store_copy(ops, kv_type, k.data(i, 0), dim, centre, row);
      store_copy(ops, kv_type, v.data(i, 0), dim, nullptr, row + half_page);
    }
  }

  CachedHead head(int n_group, float scale) const {
    return {n_group, dim, scale, 0, half_page, 2 * half_page};
  }

  int type, dim, n;
  size_t half_page;  // bytes: keys, then values; behind them the centre
  std::vector<AlignedBuffer> pages;
  std::vector<const uint8_t*> addresses;
};

// Holds NaN, as memory that nobody wrote may.
AlignedBuffer attend_scratch_of(const Kernels& set, int dim) {
  AlignedBuffer scratch(sizeof(float) *
                        static_cast<size_t>(attend_scratch(set.ops.attend_rows, dim)));
  std::memset(scratch.data(), 0xff, scratch.size());
  return scratch;
}

// q [group, dim], of the last position.
FloatArray attend(const std::string& isa, const std::string& kv_type, const FloatArray& q,
                  const FloatArray& k, const FloatArray& v, float scale) {
  const Kernels set = select_kernels(isa);
  const StoredPages kv(set.ops, kv_type_named(kv_type), k, v);
  const AlignedBuffer scratch = attend_scratch_of(set, kv.dim);
  FloatArray out({q.shape(0), q.shape(1)});
  const AttendRow row = {0, kv.n, kv.addresses.data()};
  const CachedHead head = kv.head(static_cast<int>(q.shape(0)), scale);
  set.ops.row_attention_rounded[kv.type].attend(
      {{head, q.data(), out.mutable_data(), 0, scratch.floats()}, &row, 1});
  return out;
}

// q [tokens, group, dim], of the last positions, at most `tile` rows at a time.
FloatArray attend_prompt(const std::string& isa, const std::string& kv_type, const FloatArray& q,
                         const FloatArray& k, const FloatArray& v, float scale, int tile) {
  const Kernels set = select_kernels(isa);
  if (tile < 1 || tile > set.ops.attend_rows) {
    throw InvalidArgumentError("a tile has 1 to " + std::to_string(set.ops.attend_rows) + " rows");
  }
  const StoredPages kv(set.ops, kv_type_named(kv_type), k, v);
  const int n_tokens = static_cast<int>(q.shape(0)), n_group = static_cast<int>(q.shape(1));
  const AlignedBuffer scratch = attend_scratch_of(set, kv.dim);
  FloatArray out({q.shape(0), q.shape(1), q.shape(2)});
  for (int row = 0; row < n_tokens * n_group; row += tile) {
    set.ops.attend_tile_rounded[kv.type]({{kv.head(n_group, scale), q.data(), out.mutable_data(),
                                           static_cast<size_t>(n_group * kv.dim), scratch.floats()},
                                          kv.addresses.data(),
                                          kv.n - n_tokens,
                                          row,
                                          std::min(row + tile, n_tokens * n_group)});
  }
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
  m.def("kernel_store_kv", &store_kv, py::arg("isa"), py::arg("kv_type"), py::arg("x"),
        py::arg("are_keys"));
  m.def("kernel_attend", &attend, py::arg("isa"), py::arg("kv_type"), py::arg("q"), py::arg("k"),
        py::arg("v"), py::arg("scale"));
  m.def(
      "attend_rows", [](const std::string& isa) { return select_kernels(isa).ops.attend_rows; },
      py::arg("isa"), "Rows of an attention tile, at most.");
  m.def("kernel_attend_prompt", &attend_prompt, py::arg("isa"), py::arg("kv_type"), py::arg("q"),
        py::arg("k"), py::arg("v"), py::arg("scale"), py::arg("tile"));
}

}  // namespace q3l
