#include "model/scratch.h"

#include <cmath>

namespace q3l {

namespace {

constexpr int kTasksPerThread = 4;

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

void Scratch::begin(const Batch& batch, const Rope& rope) {
  const int n = batch.n_rows(), n_heads = config_.n_head * config_.head_dim,
            n_kv = config_.n_head_kv * config_.head_dim;
  const int n_pairs = static_cast<int>(rope.frequencies.size());
  struct Buffer {
    Mat* mat;
    int cols;
  };
  const Buffer buffers[] = {{&x, config_.n_embd},
                            {&h, config_.n_embd},
                            {&q, n_heads},
                            {&k, n_kv},
                            {&v, n_kv},
                            {&attended, n_heads},
                            {&router, config_.router.n_expert},
                            {&cos, n_pairs},
                            {&sin, n_pairs}};
  size_t total = 0;
  auto padded = [n](int cols) {
    return (static_cast<size_t>(n) * static_cast<size_t>(cols) + 15) / 16 * 16;
  };
  for (const Buffer& b : buffers) total += padded(b.cols);
  bytes_.reserve(total * sizeof(float));
  float* next = bytes_.floats();
  for (const Buffer& b : buffers) {
    *b.mat = Mat(next, n, b.cols);
    next += padded(b.cols);
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
  for_rows(n, [&](int row) {
    for (int i = 0; i < n_pairs; ++i) {
      const float angle = static_cast<float>(places[static_cast<size_t>(row)].position) *
                          rope.frequencies[static_cast<size_t>(i)];
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

void Scratch::reserve_worker_bytes(size_t bytes) {
  for (AlignedBuffer& worker : workers_) worker.reserve(bytes);
}

}  // namespace q3l
