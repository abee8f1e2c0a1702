// Grouped-query attention over the paged cache: norm, project, norm heads (where the model does),
// rotate, store, attend, project back, add.
#pragma once

#include <optional>

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

  // x: [rows, n_embd].
  void add_to(Mat x, const Batch& batch, const KvLayer& kv, Scratch& s) const;

 private:
  // Queries and keys go to s.q and the cache as soon as they are projected, and so do values.
  void project(Mat x, const Batch& batch, const KvLayer& kv, Scratch& s) const;
  // y may be x.
  void norm_and_rotate(const float* x, const std::optional<Norm>& norm, int row, float* y,
                       Scratch& s) const;
  // In order, as a page's keys are kept less what those of the page before have in common.
  void store_keys(const Batch& batch, const KvLayer& kv, Scratch& s) const;
  void store_head(const Run& run, int first_row, int head, const KvLayer& kv, Scratch& s) const;
  void attend(const Batch& batch, const KvLayer& kv, Scratch& s) const;
  // Real weights are there for exactness; beside those of quantised ones, roundings to bf16 are
  // small.
  bool is_exact() const { return q_.is_real(); }
  // A key/value head's queries and results from first_row on.
  AttendRows head_rows(int head, int first_row, int worker, const KvLayer& kv, Scratch& s) const;
  // Of rows from first_row on: a run's, or all generated ones.
  void attend_prompt(const Run& run, int first_row, const KvLayer& kv, Scratch& s) const;
  void attend_generated(int first_row, const KvLayer& kv, Scratch& s) const;
  // Where rows and heads are too few for all threads: several go through one's positions.
  void attend_in_spans(int first_row, const KvLayer& kv, Scratch& s) const;
  const RowAttention& row_attention(const KvLayer& kv, const Scratch& s) const;

  const Config& config_;
  Norm norm_;
  int n_group_;  // query heads that share a key/value head
  float scale_;
  Linear q_, k_, v_, o_;
  std::optional<Norm> q_norm_, k_norm_;  // [head_dim]
};

}  // namespace q3l
