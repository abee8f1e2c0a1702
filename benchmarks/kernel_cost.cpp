// One product for tools/kernel_cost.py, which counts what it executes: says where the kernel's code
// begins, calls it once and ends at once. q3l_kernel_cost ROW FORMAT prompt|generated N_IN N_OUT
// N_ROWS
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/aligned_buffer.h"
#include "kernels/dispatch.h"

namespace q3l {

namespace {

std::vector<float> wave(int n) {
  std::vector<float> values(static_cast<size_t>(n));
  for (int i = 0; i < n; ++i) values[static_cast<size_t>(i)] = std::sin(static_cast<float>(i));
  return values;
}

[[noreturn]] void multiply(const Kernels& kernels, const Format& format, Role role, int n_in,
                           int n_out, int n_rows) {
  const Packing& packing = kernels.packing(format, role);
  const size_t row_bytes = format.row_bytes(static_cast<size_t>(n_in));
  std::vector<uint8_t> weights(row_bytes * static_cast<size_t>(n_out));
  const std::vector<float> values = wave(n_in * n_out);
  format.encode(values.data(), weights.data(), values.size());
  AlignedBuffer packed(packing.packed_bytes(n_in, n_rows)), scratch(packing.scratch_bytes(n_in));
  const std::vector<float> x = wave(n_in * n_rows);
  packing.pack(x.data(), static_cast<size_t>(n_in), n_in, 0, n_rows, packed.data());
  std::vector<float> y(static_cast<size_t>(n_rows * n_out));
  const MatmulFunction matmul = packing.matmul[format.index];
  std::printf("%p\n", reinterpret_cast<void*>(matmul));
  std::fflush(stdout);
  matmul({weights.data(), row_bytes, n_in, 0, n_out, packed.data(), n_rows, y.data(),
          static_cast<size_t>(n_out), scratch.data(), nullptr});
  std::_Exit(0);
}

}  // namespace

}  // namespace q3l

int main(int argc, char** argv) {
  if (argc != 7) return 2;
  const q3l::Format* format = q3l::find_format(argv[2]);
  if (!format) return 2;
  const q3l::Role role =
      std::string(argv[3]) == "prompt" ? q3l::Role::prompt : q3l::Role::generated;
  q3l::multiply(q3l::select_kernels(argv[1]), *format, role, std::atoi(argv[4]), std::atoi(argv[5]),
                std::atoi(argv[6]));
}
