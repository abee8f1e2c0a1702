#include "model/scratch.h"

#include <cmath>
#include <cstring>

namespace q3l {

namespace {

constexpr int kTasksPerThread = 4;

size_t padded_floats(int rows, int cols) {
  return (static_cast<size_t>(rows) * static_cast<size_t>(cols) + 15) / 16 * 16;
}

}  // namespace

void Activations::set(Mat x, int n_prompt, const Norm* norm) {
  x_ = x;
  norm_ = norm;
  n_prompt_ = n_prompt;
  for (Packed& p : packed_) p.valid = p.is_arranged = false;
}

Activations::Packed& Activations::reserved(const Packing& packing, Role role) {
  auto same = [&](const Packed& p) { return p.layout == packing.layout; };
  auto it = std::find_if(packed_.begin(), packed_.end(), same);
  if (it == packed_.end()) it = packed_.insert(it, {packing.layout});
  if (!it->valid) it->bytes.reserve(packing.packed_bytes(x_.cols, count(role)));
  return *it;
}

const uint8_t* Activations::packed(const Packing& packing, Role role) {
  Packed& packed = reserved(packing, role);
  if (!packed.valid) {
    const int n = count(role), tiles = (n + packing.pack_tile - 1) / packing.pack_tile;
    const int tiles_a_chunk = std::max(1, tiles / (2 * scratch_.pool.size()));
    const auto tile_floats = static_cast<size_t>(packing.pack_tile) * static_cast<size_t>(x_.cols);
    if (norm_) scratch_.reserve_worker_bytes(tile_floats * sizeof(float));
    scratch_.pool.for_chunks(
        n, tiles_a_chunk * packing.pack_tile, [&](int worker, int first, int last) {
          pack(packing, role, first, last, reinterpret_cast<float*>(scratch_.worker_bytes(worker)),
               packed.bytes.data());
        });
    packed.valid = true;
  }
  return packed.bytes.data();
}

void Activations::pack(const Packing& packing, Role role, int first, int last, float* normed,
                       uint8_t* packed) const {
  const Mat x(x_.row(begin(role)), count(role), x_.cols, x_.stride);
  if (!norm_) {
    packing.pack(x.row(first), x.stride, x.cols, first, last, packed);
    return;
  }
  const Mat tile(normed, packing.pack_tile, x.cols);
  for (int row = first; row < last; row += tile.rows) {
    const int end = std::min(row + tile.rows, last);
    for (int i = row; i < end; ++i) {
      norm_->apply(scratch_.kernels.ops, tile.row(i - row), x.row(i), x.cols);
    }
    packing.pack(tile.data, tile.stride, tile.cols, row, end, packed);
  }
}

const uint8_t* Activations::arranged(const Packing& packing, Role role) {
  const int n = count(role);
  if (!packing.arrange || n < packing.arranged_rows) return nullptr;
  const uint8_t* bytes = packed(packing, role);
  Packed& p = reserved(packing, role);
  if (!p.is_arranged) {
    p.arranged.reserve(packing.arranged_bytes(x_.cols, n));
    packing.arrange(bytes, x_.cols, n, p.arranged.data());
    p.is_arranged = true;
  }
  return p.arranged.data();
}

uint8_t* Activations::fill(const Packing& packing, Role role) {
  Packed& packed = reserved(packing, role);
  packed.valid = true;
  return packed.bytes.data();
}

Scratch::Scratch(const Config& config, const Kernels& k, ThreadPool& p)
    : kernels(k),
      pool(p),
      gated(*this),
      config_(config),
      workers_(static_cast<size_t>(p.size())),
      activations_(*this) {
  const int n_floats = attend_scratch(k.ops.attend_rows, config.head_dim);
  reserve_worker_bytes(sizeof(float) * static_cast<size_t>(n_floats));
}

std::array<Scratch::Buffer, 8> Scratch::buffers(const Config& c) {
  const int n_heads = c.n_head * c.head_dim, n_kv = c.n_head_kv * c.head_dim;
  const int n_pairs = c.rope.n_rot / 2;
  return {{{&Scratch::x, c.n_embd},
           {&Scratch::h, c.n_embd},
           {&Scratch::q, n_heads},
           {&Scratch::k, n_kv},
           {&Scratch::v, n_kv},
           {&Scratch::attended, n_heads},
           {&Scratch::cos, n_pairs},
           {&Scratch::sin, n_pairs}}};
}

size_t Scratch::bytes(const Config& c, int n_ff_expert, const Kernels& kernels, int n_threads,
                      int n_rows) {
  // A row has a slot with each of its experts, each of which has whole tiles.
  int n_slots = 0, tile = 1;
  for (const FamilySet& family : kernels.families) {
    tile = std::max(tile, family.role[static_cast<int>(Role::prompt)].pack_tile);
  }
  if (n_ff_expert > 0) {
    n_slots = n_rows * c.router.n_used;
    n_slots += std::min(n_slots, c.router.n_expert) * (tile - 1);
  }
  // The router's logits, rows by expert, gate and up.
  size_t floats = padded_floats(n_rows, c.router.n_expert) + padded_floats(n_slots, c.n_embd) +
                  2 * std::max(padded_floats(n_rows, c.n_ff), padded_floats(n_slots, n_ff_expert));
  for (const Buffer& b : buffers(c)) floats += padded_floats(n_rows, b.cols);
  // Inputs packed for each family that a file may mix, and what a gate let through.
  const int widest = std::max({c.n_embd, c.n_head * c.head_dim, c.n_ff});
  const int widest_slot = std::max(c.n_embd, n_ff_expert);
  size_t packed = 0, most_packed = 0, worker = 0, block = 0;
  for (const FamilySet& family : kernels.families) {
    const Packing& packing = family.role[static_cast<int>(Role::prompt)];
    const size_t n =
        std::max(packing.packed_bytes(widest, n_rows), packing.packed_bytes(widest_slot, n_slots));
    packed += n;
    most_packed = std::max(most_packed, n);
    worker = std::max(worker, packing.scratch_bytes(widest));
    block = std::max(block, static_cast<size_t>(block_outputs(packing, widest, n_rows)));
  }
  const auto attend = static_cast<size_t>(attend_scratch(kernels.ops.attend_rows, c.head_dim));
  block *= static_cast<size_t>(n_rows);
  worker = std::max(worker + block * sizeof(float), attend * sizeof(float));
  return floats * sizeof(float) + packed + most_packed + static_cast<size_t>(n_threads) * worker;
}

void Scratch::begin(const Batch& batch, const Ropes& ropes) {
  const int n = batch.n_rows(), n_pairs = config_.rope.n_rot / 2;
  size_t total = 0;
  for (const Buffer& b : buffers(config_)) total += padded_floats(n, b.cols);
  bytes_.reserve(total * sizeof(float));
  float* next = bytes_.floats();
  for (const Buffer& b : buffers(config_)) {
    this->*b.mat = Mat(next, n, b.cols);
    next += padded_floats(n, b.cols);
  }

  n_prompt_ = batch.n_prompt_rows();
  places.clear();
  for (const Run& run : batch.runs) {
    for (int i = 0; i < run.n_rows; ++i) places.push_back({run.sequence, run.position + i});
  }
  // A few tasks for each thread, over all heads.
  const int share = (n - n_prompt_) * config_.n_head_kv / (kTasksPerThread * pool.size());
  const int most = kernels.ops.attend_rows / (config_.n_head / config_.n_head_kv);
  generated.set(batch, std::clamp(share, 1, std::max(1, most)));
  const int n_heads = std::max(1, n - n_prompt_) * config_.n_head_kv;
  const int n_chunks = (generated.most_seen() + kAttendChunk - 1) / kAttendChunk;
  const int n_wanted = pool.size() == 1 ? 1 : kTasksPerThread * pool.size() / n_heads;
  n_spans = std::clamp(n_wanted, 1, std::max(1, n_chunks));
  for_rows(n, [&](int row) {
    const Place& place = places[static_cast<size_t>(row)];
    const Rope& rope = rope_of(ropes, place.sequence->stretch());
    for (int i = 0; i < n_pairs; ++i) {
      const float angle =
          static_cast<float>(place.position) * rope.frequencies[static_cast<size_t>(i)];
      cos.row(row)[i] = std::cos(angle) * rope.magnitude;
      sin.row(row)[i] = std::sin(angle) * rope.magnitude;
    }
  });
}

Activations& Scratch::pack(Mat input, const Norm& norm) {
  activations_.set(input, n_prompt_, &norm);
  return activations_;
}

Activations& Scratch::pack(Mat input, int n_prompt) {
  activations_.set(input, n_prompt);
  return activations_;
}

void Scratch::shape_feed_forward(int rows, int n_ff) {
  const size_t n = static_cast<size_t>(rows) * static_cast<size_t>(n_ff);
  feed_forward_bytes_.reserve(2 * n * sizeof(float));
  gate = Mat(feed_forward_bytes_.floats(), rows, n_ff);
  up = Mat(gate.data + n, rows, n_ff);
}

float* Scratch::shape_parts(size_t n_floats) {
  // Room to grow, so that not each token takes more.
  if (n_floats * sizeof(float) > parts_bytes_.size()) {
    parts_bytes_.reserve(2 * n_floats * sizeof(float));
  }
  return parts_bytes_.floats();
}

Mat Scratch::keep(Mat x) {
  const size_t row_floats = static_cast<size_t>(x.cols);
  kept_bytes_.reserve(static_cast<size_t>(x.rows) * row_floats * sizeof(float));
  const Mat copy(kept_bytes_.floats(), x.rows, x.cols);
  for_rows(x.rows,
           [&](int row) { std::memcpy(copy.row(row), x.row(row), row_floats * sizeof(float)); });
  return copy;
}

void Scratch::reserve_worker_bytes(size_t bytes) {
  for (AlignedBuffer& worker : workers_) worker.reserve(bytes);
}

}  // namespace q3l
