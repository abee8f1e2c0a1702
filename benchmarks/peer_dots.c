// One of llama.cpp's dot products for tools/kernel_cost.py, which counts what it executes: says
// where its code begins, calls it once and ends at once. peer_dots FORMAT N
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void dot_function(int n, float* sum, size_t, const void* x, size_t, const void* y, size_t,
                          int n_rows);
dot_function ggml_vec_dot_q4_0_q8_0, ggml_vec_dot_q8_0_q8_0, ggml_vec_dot_q4_K_q8_K,
    ggml_vec_dot_q6_K_q8_K;

static const struct {
  const char* format;
  dot_function* dot;
} kDots[] = {{"Q4_0", ggml_vec_dot_q4_0_q8_0},
             {"Q8_0", ggml_vec_dot_q8_0_q8_0},
             {"Q4_K", ggml_vec_dot_q4_K_q8_K},
             {"Q6_K", ggml_vec_dot_q6_K_q8_K}};

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const int n = atoi(argv[2]);
  void* weights = calloc((size_t)n, 2);
  void* inputs = calloc((size_t)n, 4);
  for (size_t i = 0; i < sizeof kDots / sizeof kDots[0]; ++i) {
    if (strcmp(kDots[i].format, argv[1]) != 0) continue;
    float sum;
    printf("%p\n", (void*)kDots[i].dot);
    fflush(stdout);
    kDots[i].dot(n, &sum, 0, weights, 0, inputs, 0, 1);
    _Exit(0);
  }
  return 2;
}
