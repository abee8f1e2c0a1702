#include <pybind11/functional.h>
#include <pybind11/stl.h>

#include <string>

#include "bindings/bind.h"
#include "bindings/names.h"
#include "bindings/signals.h"
#include "engine/benchmark.h"
#include "engine/traffic.h"

namespace py = pybind11;

namespace q3l {

namespace {

py::dict benchmark(const std::string& path, int n_threads, int n_prompt, int n_gen, int depth,
                   int batch, int shared_prefix, int repeat, const std::string& kv_type,
                   const std::function<void(int, int)>& progress) {
  const BenchmarkOptions options{
      .n_prompt = n_prompt,
      .n_gen = n_gen,
      .depth = depth,
      .batch = batch,
      .shared_prefix = shared_prefix,
      .repeat = repeat,
      .engine = {.n_threads = n_threads, .kv_type = kv_type_named(kv_type)}};
  Benchmark result;
  {
    py::gil_scoped_release unlocked;
    result = run_benchmark(path, options, {.progress = progress, .poll = check_signals});
  }
  py::dict d;
  d["isa"] = result.isa;
  d["threads"] = result.n_threads;
  d["weight_bytes"] = result.weight_bytes;
  d["cache_bytes"] = result.cache_bytes;
  for (const Quantity& q : quantities()) d[q.name] = (result.*q.samples).values;
  return d;
}

double weight_bytes(const std::string& path, int n_sequences) {
  const gguf::Reader file(path);
  return weight_bytes_a_step(file, read_config(file), n_sequences);
}

}  // namespace

void bind_benchmark(py::module_& m) {
  m.def("benchmark", &benchmark, py::arg("path"), py::kw_only(), py::arg("n_threads"),
        py::arg("n_prompt"), py::arg("n_gen"), py::arg("depth"), py::arg("batch"),
        py::arg("shared_prefix"), py::arg("repeat"), py::arg("kv_type"), py::arg("progress"));
  m.def("weight_bytes", &weight_bytes, py::arg("path"), py::arg("n_sequences"),
        "Bytes of weights that a step over a token of each sequence reads.");
}

}  // namespace q3l
