// One function per area, each in its own bind_<area>.cpp: convert, release the GIL, call, convert
// back.
#pragma once

#include <pybind11/pybind11.h>

namespace q3l {

void bind_python_turn(pybind11::module_& m);
void bind_errors(pybind11::module_& m);
void bind_quant(pybind11::module_& m);
void bind_kernels(pybind11::module_& m);
void bind_machine(pybind11::module_& m);
void bind_gguf(pybind11::module_& m);
void bind_tokenizer(pybind11::module_& m);
void bind_sampler(pybind11::module_& m);
void bind_engine(pybind11::module_& m);
void bind_experts(pybind11::module_& m);
void bind_benchmark(pybind11::module_& m);

}  // namespace q3l
