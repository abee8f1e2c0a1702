#include "model/attention.h"

#include <cmath>

namespace q3l {

Attention::Attention(const Config& c, TensorSource& tensors, const std::string& prefix)
    : config_(c),
      q_(tensors, prefix + "attn_q", c.n_head * c.head_dim, c.n_embd),
      k_(tensors, prefix + "attn_k", c.n_head_kv * c.head_dim, c.n_embd),
      v_(tensors, prefix + "attn_v", c.n_head_kv * c.head_dim, c.n_embd),
      o_(tensors, prefix + "attn_output", c.n_embd, c.n_head * c.head_dim),
      q_norm_(c.qk_norm ? tensors.vector(prefix + "attn_q_norm.weight", c.head_dim) : nullptr),
      k_norm_(c.qk_norm ? tensors.vector(prefix + "attn_k_norm.weight", c.head_dim) : nullptr) {}

void Attention::forward(Mat h, const Batch& batch, const KvLayer& kv, Scratch& s) const {
  Activations& a = s.pack(h);
  q_.apply(s.q, a, s);
  k_.apply(s.k, a, s);
  v_.apply(s.v, a, s);
  norm_and_rotate(s.q, q_norm_, s);
  norm_and_rotate(s.k, k_norm_, s);
  store(batch, kv, s);
  attend(batch, kv, s);
  o_.apply(h, s.pack(s.attended), s);
}

void Attention::norm_and_rotate(Mat heads, const float* norm, Scratch& s) const {
  const OpsSet& ops = s.kernels.ops;
  auto rope = config_.rope.layout == RopeLayout::neox ? ops.rope_neox : ops.rope_interleaved;
  s.for_rows(heads.rows, [&](int row) {
    for (float* head = heads.row(row); head < heads.row(row) + heads.cols;
         head += config_.head_dim) {
      if (norm) ops.rms_norm(head, head, norm, config_.head_dim, config_.rms_epsilon);
      rope(head, s.cos.row(row), s.sin.row(row), s.cos.cols);
    }
  });
}

void Attention::store(const Batch& batch, const KvLayer& kv, Scratch& s) const {
  auto store_kv = s.kernels.ops.store_kv[static_cast<int>(kv.cache.type())];
  int row = 0;
  for (const Run& run : batch.runs) {
    for (int position = run.position; position < run.position + run.n_rows; ++position, ++row) {
      uint8_t* page = run.sequence->page_of(position);
      const size_t offset =
          static_cast<size_t>(position % kPagePositions) * kv.cache.position_bytes();
      for (int head = 0; head < config_.n_head_kv; ++head) {
        const int column = head * config_.head_dim;
        store_kv(s.k.row(row) + column, page + kv.cache.key_offset(kv.layer, head) + offset,
                 config_.head_dim);
        store_kv(s.v.row(row) + column, page + kv.cache.value_offset(kv.layer, head) + offset,
                 config_.head_dim);
      }
    }
  }
}

void Attention::attend(const Batch& batch, const KvLayer& kv, Scratch& s) const {
  auto attend_group = s.kernels.ops.attend[static_cast<int>(kv.cache.type())];
  const int n_group = config_.n_head / config_.n_head_kv, group_cols = n_group * config_.head_dim;
  const float scale = 1.0f / std::sqrt(static_cast<float>(config_.head_dim));
  int first_row = 0;
  for (const Run& run : batch.runs) {
    // Rows of a run are taken a few at a time for each head, so that their keys stay in cache.
    s.pool.for_chunks(run.n_rows * config_.n_head_kv, 4, [&](int worker, int begin, int end) {
      for (int task = begin; task < end; ++task) {
        const int head = task / run.n_rows, i = task % run.n_rows, row = first_row + i;
        attend_group({.q = s.q.row(row) + head * group_cols,
                      .out = s.attended.row(row) + head * group_cols,
                      .n_group = n_group,
                      .head_dim = config_.head_dim,
                      .scale = scale,
                      .pages = run.sequence->pages(),
                      .k_offset = kv.cache.key_offset(kv.layer, head),
                      .v_offset = kv.cache.value_offset(kv.layer, head),
                      .n_positions = run.position + i + 1,
                      .scratch = reinterpret_cast<float*>(s.worker_bytes(worker))});
      }
    });
    first_row += run.n_rows;
  }
}

}  // namespace q3l
