// What the machine is and how fast its memory: for benchmarks and for `qwen3lite doctor`.
#include <string>

#include "base/bandwidth.h"
#include "base/error.h"
#include "base/file_map.h"
#include "bindings/bind.h"

namespace py = pybind11;

namespace q3l {

namespace {

double file_bandwidth(const std::string& path, int n_threads) {
  if (n_threads < 1) throw InvalidArgumentError("n_threads must be at least 1");
  const py::gil_scoped_release unlocked;
  const FileMap file(path);
  ThreadPool pool(n_threads);
  return read_bandwidth({file.data(), file.size()}, pool);
}

}  // namespace

void bind_machine(py::module_& m) {
  m.def("read_bandwidth", &file_bandwidth, py::arg("path"), py::arg("n_threads"),
        "Bytes per second at which threads read a mapped file, the best of three passes.");
}

}  // namespace q3l
