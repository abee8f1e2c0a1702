// Grouped-query attention over the paged cache: project, norm (where the model has it), rotate,
// store, attend, project back.
#pragma once

#include "model/linear.h"

namespace q3l {

// One layer of the cache.
struct KvLayer {
  const KvCache& cache;
  int layer;
};

class Attention {
 public:
  Attention(const Config& config, TensorSource& tensors, const std::string& prefix);

  // h: [rows, n_embd], replaced by the result.
  void forward(Mat h, const Batch& batch, const KvLayer& kv, Scratch& s) const;

 private:
  void norm_and_rotate(Mat heads, const float* norm, Scratch& s) const;
  void store(const Batch& batch, const KvLayer& kv, Scratch& s) const;
  void store_row(const float* k, const float* v, const Run& run, int position, const KvLayer& kv,
                 Scratch& s) const;
  void attend(const Batch& batch, const KvLayer& kv, Scratch& s) const;
  CachedHead cached_head(const Run& run, const KvLayer& kv, int head) const;
  // One run, whose first row is first_row of the batch.
  void attend_prompt(const Run& run, int first_row, const KvLayer& kv, Scratch& s) const;
  void attend_generated(const Run& run, int first_row, const KvLayer& kv, Scratch& s) const;

  const Config& config_;
  int n_group_;  // query heads that share a key/value head
  float scale_;
  Linear q_, k_, v_, o_;
  const float* q_norm_;  // [head_dim], or nullptr
  const float* k_norm_;
};

}  // namespace q3l
