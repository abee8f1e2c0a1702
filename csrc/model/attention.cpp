#include "model/attention.h"

#include <algorithm>
#include <cmath>

namespace q3l {

Attention::Attention(const Config& c, TensorSource& tensors, const std::string& prefix)
    : config_(c),
      n_group_(c.n_head / c.n_head_kv),
      scale_(1.0f / std::sqrt(static_cast<float>(c.head_dim))),
      q_(tensors, prefix + "attn_q", c.n_head * c.head_dim, c.n_embd),
      k_(tensors, prefix + "attn_k", c.n_head_kv * c.head_dim, c.n_embd),
      v_(tensors, prefix + "attn_v", c.n_head_kv * c.head_dim, c.n_embd),
      o_(tensors, prefix + "attn_output", c.n_embd, c.n_head * c.head_dim),
      q_norm_(c.qk_norm ? tensors.vector(prefix + "attn_q_norm.weight", c.head_dim) : nullptr),
      k_norm_(c.qk_norm ? tensors.vector(prefix + "attn_k_norm.weight", c.head_dim) : nullptr) {}

void Attention::forward(Mat h, const Batch& batch, const KvLayer& kv, Scratch& s) const {
  Linear::apply_all({{q_, s.q}, {k_, s.k}, {v_, s.v}}, s.pack(h), s);
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
  int first_row = 0;
  for (const Run& run : batch.runs) {
    s.for_rows(run.n_rows, [&](int i) {
      store_row(s.k.row(first_row + i), s.v.row(first_row + i), run, run.position + i, kv, s);
    });
    first_row += run.n_rows;
  }
}

void Attention::store_row(const float* k, const float* v, const Run& run, int position,
                          const KvLayer& kv, Scratch& s) const {
  auto store_kv = s.kernels.ops.store_kv[static_cast<int>(kv.cache.type())];
  uint8_t* row = run.sequence->page_of(position) +
                 static_cast<size_t>(position % kPagePositions) * kv.cache.position_bytes();
  for (int head = 0; head < config_.n_head_kv; ++head) {
    const int column = head * config_.head_dim;
    store_kv(k + column, row + kv.cache.key_offset(kv.layer, head), config_.head_dim);
    store_kv(v + column, row + kv.cache.value_offset(kv.layer, head), config_.head_dim);
  }
}

void Attention::attend(const Batch& batch, const KvLayer& kv, Scratch& s) const {
  int first_row = 0;
  for (const Run& run : batch.runs) {
    if (run.role == Role::prompt) {
      attend_prompt(run, first_row, kv, s);
    } else {
      attend_generated(run, first_row, kv, s);
    }
    first_row += run.n_rows;
  }
}

CachedHead Attention::cached_head(const Run& run, const KvLayer& kv, int head) const {
  return {.n_group = n_group_,
          .head_dim = config_.head_dim,
          .scale = scale_,
          .pages = run.sequence->pages(),
          .k_offset = kv.cache.key_offset(kv.layer, head),
          .v_offset = kv.cache.value_offset(kv.layer, head)};
}

void Attention::attend_prompt(const Run& run, int first_row, const KvLayer& kv, Scratch& s) const {
  // Real weights are there for exactness; beside those of quantised ones, roundings to bf16 are
  // small.
  const OpsSet& ops = s.kernels.ops;
  const auto& tiles = q_.is_real() ? ops.attend_tile : ops.attend_tile_rounded;
  auto attend_tile = tiles[static_cast<int>(kv.cache.type())];
  const int tile_rows = ops.attend_rows;
  const int n_rows = run.n_rows * n_group_;
  const int n_tiles = (n_rows + tile_rows - 1) / tile_rows;
  s.pool.for_chunks(n_tiles * config_.n_head_kv, 1, [&](int worker, int task, int) {
    // The last tiles come first: they see the most positions, and short tasks balance the end.
    const int tile = n_tiles - 1 - task / config_.n_head_kv, head = task % config_.n_head_kv;
    const int column = head * n_group_ * config_.head_dim;
    attend_tile({cached_head(run, kv, head), s.q.row(first_row) + column,
                 s.attended.row(first_row) + column, s.q.stride, run.position, tile * tile_rows,
                 std::min((tile + 1) * tile_rows, n_rows),
                 reinterpret_cast<float*>(s.worker_bytes(worker))});
  });
}

void Attention::attend_generated(const Run& run, int first_row, const KvLayer& kv,
                                 Scratch& s) const {
  auto attend_group = s.kernels.ops.attend[static_cast<int>(kv.cache.type())];
  // Rows of a run are taken a few at a time for each head, so that their keys stay in cache.
  s.pool.for_chunks(run.n_rows * config_.n_head_kv, 4, [&](int worker, int begin, int end) {
    for (int task = begin; task < end; ++task) {
      const int head = task / run.n_rows, i = task % run.n_rows, row = first_row + i;
      const int column = head * n_group_ * config_.head_dim;
      attend_group({cached_head(run, kv, head), s.q.row(row) + column, s.attended.row(row) + column,
                    run.position + i + 1, reinterpret_cast<float*>(s.worker_bytes(worker))});
    }
  });
}

}  // namespace q3l
