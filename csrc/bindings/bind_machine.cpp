// What the machine is and how fast its memory: for benchmarks and for `qwen3lite doctor`.
#include <pybind11/stl.h>

#include <cmath>
#include <cstring>
#include <string>

#include "base/aligned_buffer.h"
#include "base/bandwidth.h"
#include "base/cpu_info.h"
#include "base/error.h"
#include "base/file_map.h"
#include "bindings/bind.h"
#include "kernels/dispatch.h"

namespace py = pybind11;

namespace q3l {

namespace {

double bandwidth(std::span<const uint8_t> bytes, int n_threads) {
  if (n_threads < 1) throw InvalidArgumentError("n_threads must be at least 1");
  ThreadPool pool(n_threads);
  return read_bandwidth(bytes, pool);
}

double file_bandwidth(const std::string& path, int n_threads) {
  const py::gil_scoped_release unlocked;
  const FileMap file(path);
  return bandwidth({file.data(), file.size()}, n_threads);
}

double memory_bandwidth(size_t n_bytes, int n_threads) {
  const py::gil_scoped_release unlocked;
  const AlignedBuffer buffer(n_bytes);
  std::memset(buffer.data(), 1, n_bytes);  // or all its pages would be one page of zeros
  return bandwidth({buffer.data(), n_bytes}, n_threads);
}

py::list isa_rows() {
  py::list rows;
  for (const IsaStatus& row : isa_statuses()) {
    rows.append(py::dict(py::arg("name") = row.name, py::arg("found") = row.found,
                         py::arg("missing") = row.missing));
  }
  return rows;
}

py::dict cpu() {
  const CoreCounts cores = core_counts();
  const ClockPolicy clock = clock_policy();
  return py::dict(
      py::arg("model") = cpu_model(), py::arg("n_threads") = cores.n_threads,
      py::arg("n_physical") = cores.n_physical, py::arg("n_allowed") = cores.n_allowed,
      py::arg("quota") = std::isinf(cores.quota) ? py::object(py::none()) : py::cast(cores.quota),
      py::arg("n_usable") = usable_cores(), py::arg("load") = load_average(),
      py::arg("clock_driver") = clock.driver, py::arg("clock_governor") = clock.governor,
      py::arg("clock_preference") = clock.preference);
}

py::list caches() {
  py::list out;
  for (const CpuCache& cache : cpu_caches()) {
    out.append(py::dict(py::arg("level") = cache.level, py::arg("type") = cache.type,
                        py::arg("bytes") = cache.bytes, py::arg("n_sharing") = cache.n_sharing));
  }
  return out;
}

py::dict memory() {
  const MemoryInfo memory = memory_info();
  const bool is_limited = memory.limit != UINT64_MAX;
  return py::dict(py::arg("total") = memory.total, py::arg("available") = memory.available,
                  py::arg("limit") = is_limited ? py::cast(memory.limit) : py::object(py::none()));
}

}  // namespace

void bind_machine(py::module_& m) {
  m.def("isa_rows", &isa_rows, "The fields of IsaRow for all rows, lowest rank first.");
  m.def("cpu", &cpu, "The fields of Cpu.");
  m.def("cpu_caches", &caches, "The fields of Cache, innermost first.");
  m.def("memory", &memory, "The fields of Memory.");
  m.def("memory_bandwidth", &memory_bandwidth, py::arg("n_bytes"), py::arg("n_threads"),
        "As read_bandwidth, of memory of that size.");
  m.def("read_bandwidth", &file_bandwidth, py::arg("path"), py::arg("n_threads"),
        "Bytes per second at which threads read a mapped file, the best of three passes.");
}

}  // namespace q3l
