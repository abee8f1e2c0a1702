#include "engine/traffic.h"

#include <cmath>

namespace q3l {

namespace {

bool is_stack_of_experts(const gguf::Tensor& t) {
  return t.name.ends_with("_exps.weight");
}

// Looked up row by row, or read when the model is opened.
bool is_looked_up(const gguf::Tensor& t, bool is_tied) {
  return (t.name == "token_embd.weight" && !is_tied) || t.name == "rope_freqs.weight";
}

}  // namespace

double weight_bytes_a_step(const gguf::Reader& file, const Config& config, int n_sequences) {
  const bool is_tied = !file.find_tensor("output.weight");
  double bytes = 0, expert_bytes = 0;
  for (const gguf::Tensor& t : file.tensors()) {
    if (is_looked_up(t, is_tied)) continue;
    (is_stack_of_experts(t) ? expert_bytes : bytes) += static_cast<double>(t.bytes);
  }
  const RouterConfig& r = config.router;
  const double idle = r.n_expert ? 1.0 - static_cast<double>(r.n_used) / r.n_expert : 0.0;
  return bytes + expert_bytes * (1.0 - std::pow(idle, n_sequences));
}

}  // namespace q3l
