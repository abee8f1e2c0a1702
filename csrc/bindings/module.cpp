// The Python extension's table of contents.
#include <pybind11/pybind11.h>

#include "bindings/bind.h"

PYBIND11_MODULE(_core, m) {
  m.doc() = "The C++ core of qwen3lite; use the qwen3lite package, not this module.";
  q3l::bind_python_turn(m);
  q3l::bind_errors(m);
  q3l::bind_quant(m);
  q3l::bind_kernels(m);
  q3l::bind_machine(m);
  q3l::bind_gguf(m);
  q3l::bind_tokenizer(m);
  q3l::bind_sampler(m);
  q3l::bind_engine(m);
  q3l::bind_experts(m);
  q3l::bind_benchmark(m);
}
