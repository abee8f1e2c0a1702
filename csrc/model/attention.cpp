#include "model/attention.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace q3l {

namespace {

std::optional<Norm> head_norm(const Config& c, TensorSource& tensors, const std::string& name) {
  if (!c.qk_norm) return std::nullopt;
  return Norm{tensors.vector(name, c.head_dim), c.rms_epsilon};
}

// Where the cache keeps a row's position, in its layers' first head.
uint8_t* cached_row(int row, const KvLayer& kv, const Scratch& s) {
  const Place& place = s.places[static_cast<size_t>(row)];
  return place.sequence->page_of(place.position) +
         static_cast<size_t>(place.position % kPagePositions) * kv.cache.position_bytes();
}

}  // namespace

Attention::Attention(const Config& c, TensorSource& tensors, const std::string& prefix)
    : config_(c),
      norm_{tensors.vector(prefix + "attn_norm.weight", c.n_embd), c.rms_epsilon},
      n_group_(c.n_head / c.n_head_kv),
      scale_(1.0f / std::sqrt(static_cast<float>(c.head_dim))),
      q_(tensors, prefix + "attn_q", c.n_head * c.head_dim, c.n_embd),
      k_(tensors, prefix + "attn_k", c.n_head_kv * c.head_dim, c.n_embd),
      v_(tensors, prefix + "attn_v", c.n_head_kv * c.head_dim, c.n_embd),
      o_(tensors, prefix + "attn_output", c.n_embd, c.n_head * c.head_dim),
      q_norm_(head_norm(c, tensors, prefix + "attn_q_norm.weight")),
      k_norm_(head_norm(c, tensors, prefix + "attn_k_norm.weight")) {}

void Attention::add_to(Mat x, const Batch& batch, const KvLayer& kv, Scratch& s) const {
  project(x, batch, kv, s);
  attend(batch, kv, s);
  o_.add_to(x, s.pack(s.attended), s);
}

void Attention::project(Mat x, const Batch& batch, const KvLayer& kv, Scratch& s) const {
  const int head_dim = config_.head_dim;
  auto store_kv = s.kernels.ops.store_kv[static_cast<int>(kv.cache.type())];
  const bool is_centred = is_quantised(kv.cache.type());
  auto for_heads = [head_dim](const OutputBlock& b, auto&& body) {
    for (int i = 0; i < b.values.rows; ++i) {
      for (int column = 0; column < b.values.cols; column += head_dim) {
        body(b.row + i, (b.column + column) / head_dim, b.values.row(i) + column);
      }
    }
  };
  auto queries = [&](const OutputBlock& b) {
    for_heads(b, [&](int row, int head, float* q) {
      norm_and_rotate(q, q_norm_, row, s.q.row(row) + head * head_dim, s);
    });
  };
  auto keys = [&](const OutputBlock& b) {
    for_heads(b, [&](int row, int head, float* k) {
      float* key = is_centred ? s.k.row(row) + head * head_dim : k;
      norm_and_rotate(k, k_norm_, row, key, s);
      if (is_centred) return;
      store_kv(key, nullptr, cached_row(row, kv, s) + kv.cache.key_offset(kv.layer, head),
               head_dim);
    });
  };
  auto values = [&](const OutputBlock& b) {
    for_heads(b, [&](int row, int head, float* v) {
      store_kv(v, nullptr, cached_row(row, kv, s) + kv.cache.value_offset(kv.layer, head),
               head_dim);
    });
  };
  Linear::apply_all(
      {{q_, s.q, queries, head_dim}, {k_, s.k, keys, head_dim}, {v_, s.v, values, head_dim}},
      s.pack(x, norm_), s);
  if (is_centred) store_keys(batch, kv, s);
}

void Attention::store_keys(const Batch& batch, const KvLayer& kv, Scratch& s) const {
  constexpr int kSerial = 8;  // rows: more are worth a thread
  const int n_heads = config_.n_head_kv;
  int row = 0;
  for (const Run& run : batch.runs) {
    s.pool.for_chunks(n_heads, run.n_rows < kSerial ? n_heads : 1, [&](int, int begin, int end) {
      for (int head = begin; head < end; ++head) store_head(run, row, head, kv, s);
    });
    row += run.n_rows;
  }
}

void Attention::store_head(const Run& run, int first_row, int head, const KvLayer& kv,
                           Scratch& s) const {
  const int type = static_cast<int>(kv.cache.type()), head_dim = config_.head_dim;
  const size_t keys = kv.cache.key_offset(kv.layer, head);
  const size_t centre = kv.cache.centre_offset(kv.layer, head);
  for (int i = 0; i < run.n_rows; ++i) {
    const int position = run.position + i;
    uint8_t* page = run.sequence->page_of(position);
    if (position % kPagePositions == 0) {
      const uint8_t* before = position > 0 ? run.sequence->page_of(position - 1) : nullptr;
      s.kernels.ops.find_centre[type](before ? before + keys : nullptr,
                                      before ? before + centre : nullptr, page + centre, head_dim);
    }
    s.kernels.ops.store_kv[type](s.k.row(first_row + i) + head * head_dim, page + centre,
                                 cached_row(first_row + i, kv, s) + keys, head_dim);
  }
}

void Attention::norm_and_rotate(const float* x, const std::optional<Norm>& norm, int row, float* y,
                                Scratch& s) const {
  const OpsSet& ops = s.kernels.ops;
  if (norm) {
    norm->apply(ops, y, x, config_.head_dim);
  } else if (y != x) {
    std::memcpy(y, x, static_cast<size_t>(config_.head_dim) * sizeof(float));
  }
  auto rope = config_.rope.layout == RopeLayout::neox ? ops.rope_neox : ops.rope_interleaved;
  rope(y, s.cos.row(row), s.sin.row(row), s.cos.cols);
}

void Attention::attend(const Batch& batch, const KvLayer& kv, Scratch& s) const {
  int row = 0;
  for (const Run& run : batch.runs) {
    if (run.role == Role::generated) break;  // they are last
    attend_prompt(run, row, kv, s);
    row += run.n_rows;
  }
  if (row < batch.n_rows()) attend_generated(row, kv, s);
}

AttendRows Attention::head_rows(int head, int first_row, int worker, const KvLayer& kv,
                                Scratch& s) const {
  const int column = head * n_group_ * config_.head_dim;
  return {{.n_group = n_group_,
           .head_dim = config_.head_dim,
           .scale = scale_,
           .k_offset = kv.cache.key_offset(kv.layer, head),
           .v_offset = kv.cache.value_offset(kv.layer, head),
           .centre_offset = kv.cache.centre_offset(kv.layer, head)},
          s.q.row(first_row) + column,
          s.attended.row(first_row) + column,
          s.q.stride,
          reinterpret_cast<float*>(s.worker_bytes(worker))};
}

void Attention::attend_prompt(const Run& run, int first_row, const KvLayer& kv, Scratch& s) const {
  const OpsSet& ops = s.kernels.ops;
  const auto& tiles = is_exact() ? ops.attend_tile : ops.attend_tile_rounded;
  auto attend_tile = tiles[static_cast<int>(kv.cache.type())];
  const int tile_rows = ops.attend_rows;
  const int n_rows = run.n_rows * n_group_;
  const int n_tiles = (n_rows + tile_rows - 1) / tile_rows;
  s.pool.for_chunks(n_tiles * config_.n_head_kv, 1, [&](int worker, int task, int) {
    // The last tiles come first: they see the most positions, and short tasks balance the end.
    const int tile = n_tiles - 1 - task / config_.n_head_kv, head = task % config_.n_head_kv;
    attend_tile({head_rows(head, first_row, worker, kv, s), run.sequence->pages(), run.position,
                 tile * tile_rows, std::min((tile + 1) * tile_rows, n_rows)});
  });
}

const RowAttention& Attention::row_attention(const KvLayer& kv, const Scratch& s) const {
  const OpsSet& ops = s.kernels.ops;
  return (is_exact() ? ops.row_attention
                     : ops.row_attention_rounded)[static_cast<int>(kv.cache.type())];
}

void Attention::attend_generated(int first_row, const KvLayer& kv, Scratch& s) const {
  if (s.n_spans > 1) return attend_in_spans(first_row, kv, s);
  auto attend_rows = row_attention(kv, s).attend;
  // Heads by turns, so that pages that several stretches share come from memory once.
  const int n_stretches = s.generated.n_stretches();
  s.pool.for_chunks(n_stretches * config_.n_head_kv, 1, [&](int worker, int task, int) {
    const auto rows = s.generated.stretch(task % n_stretches);
    attend_rows({head_rows(task / n_stretches, first_row, worker, kv, s), rows.data(),
                 static_cast<int>(rows.size())});
  });
}

void Attention::attend_in_spans(int first_row, const KvLayer& kv, Scratch& s) const {
  const RowAttention& attention = row_attention(kv, s);
  const int n_tasks = s.generated.n_rows() * config_.n_head_kv, n_spans = s.n_spans;
  const int n_parts =
      (s.generated.most_seen() + attention.part_positions - 1) / attention.part_positions;
  const size_t task_floats = static_cast<size_t>(n_parts) * static_cast<size_t>(n_group_) *
                             static_cast<size_t>(attend_part_floats(config_.head_dim));
  float* parts = s.shape_parts(task_floats * static_cast<size_t>(n_tasks));
  // A row and a head is a task.
  auto args_of = [&](int worker, int task) {
    const AttendRow& row = s.generated.row(task / config_.n_head_kv);
    return AttendArgs{head_rows(task % config_.n_head_kv, first_row, worker, kv, s),
                      &row,
                      1,
                      parts + static_cast<size_t>(task) * task_floats,
                      0,
                      row.n_positions};
  };
  s.pool.for_chunks(n_tasks * n_spans, 1, [&](int worker, int i, int) {
    AttendArgs args = args_of(worker, i / n_spans);
    const int n_chunks = (args.end + kAttendChunk - 1) / kAttendChunk;
    const int span = (n_chunks + n_spans - 1) / n_spans * kAttendChunk;
    args.begin = i % n_spans * span;
    args.end = std::min(args.begin + span, args.end);
    if (args.begin < args.end) attention.attend(args);
  });
  s.pool.for_chunks(n_tasks, 1,
                    [&](int worker, int task, int) { attention.fold(args_of(worker, task)); });
}

}  // namespace q3l
