// The working memory of a forward pass and what it runs on: buffers that grow to the largest batch
// seen and are used again, the thread pool, the kernels.
#pragma once

#include <algorithm>
#include <array>
#include <functional>
#include <vector>

#include "base/aligned_buffer.h"
#include "base/mat.h"
#include "base/thread_pool.h"
#include "kernels/dispatch.h"
#include "model/batch.h"
#include "model/config.h"
#include "model/norm.h"
#include "model/product.h"
#include "model/rope.h"
#include "model/routing.h"
#include "model/shared_rows.h"

namespace q3l {

class Scratch;

// Of n_rows prompt inputs, how many outputs with a finish are computed into a block, which a core's
// own cache holds. Inputs that are wide take long to read, so that it may be larger for them.
inline int block_outputs(const Packing& packing, int n_in, int n_rows) {
  constexpr int kBlockFloats = 1 << 16, kInputsPerOutput = 8;
  return std::max({1, kBlockFloats / n_rows, std::min(packing.row_chunk, n_in / kInputsPerOutput)});
}

// A row block of inputs to matrix products, packed once for each layout that reads it.
class Activations {
 public:
  Activations(Scratch& scratch) : scratch_(scratch) {}

  // Takes new rows, of which the first n_prompt are prompt tokens', and which go through `norm`
  // where there is one. REQUIRES: x and norm stay as they are until all was packed.
  void set(Mat x, int n_prompt, const Norm* norm = nullptr);
  int begin(Role role) const { return role == Role::prompt ? 0 : n_prompt_; }
  int count(Role role) const { return role == Role::prompt ? n_prompt_ : x_.rows - n_prompt_; }
  int rows() const { return x_.rows; }
  int cols() const { return x_.cols; }
  const uint8_t* packed(const Packing& packing, Role role);
  // The same as Packing::arrange writes them; null if that is not worth while.
  const uint8_t* arranged(const Packing& packing, Role role);
  // For kernels that write packed inputs themselves: room for all rows of the role, which count as
  // packed from now on.
  uint8_t* fill(const Packing& packing, Role role);

 private:
  struct Packed {
    uint32_t layout;
    bool valid = false, is_arranged = false;
    AlignedBuffer bytes = {}, arranged = {};
  };

  // The layout's buffer, with room for the role's rows.
  Packed& reserved(const Packing& packing, Role role);
  // Packs rows [first, last) of the role's.
  void pack(const Packing& packing, Role role, int first, int last, float* normed,
            uint8_t* packed) const;

  Scratch& scratch_;
  Mat x_;
  const Norm* norm_ = nullptr;
  int n_prompt_ = 0;
  std::vector<Packed> packed_;
};

// Where a row of the batch belongs.
struct Place {
  const KvSequence* sequence;
  int position;
};

// What sparse layers need beside: rows grouped by expert.
struct ExpertScratch {
  Routing routing;
  Mat rows;  // [slots, n_embd]: the experts' inputs, then their outputs
  AlignedBuffer bytes, router_bytes;

  // Room for the router's logits.
  Mat shape_router(int n_rows, int n_expert) {
    router_bytes.reserve(static_cast<size_t>(n_rows) * static_cast<size_t>(n_expert) *
                         sizeof(float));
    return Mat(router_bytes.floats(), n_rows, n_expert);
  }
};

class Scratch {
 public:
  Scratch(const Config& config, const Kernels& kernels, ThreadPool& pool);

  // What a step of so many prompt rows takes at most, for all of it; `n_ff_expert` is the width of
  // the file's experts, 0 without any.
  static size_t bytes(const Config& config, int n_ff_expert, const Kernels& kernels, int n_threads,
                      int n_rows);

  // Makes room for a batch and computes its rotations.
  void begin(const Batch& batch, const Ropes& ropes);

  // Sets the inputs of the next matrix products: the batch's rows, as they are or normed, or others
  // of which the first n_prompt are prompt tokens'.
  Activations& pack(Mat input) { return pack(input, n_prompt_); }
  Activations& pack(Mat input, const Norm& norm);
  Activations& pack(Mat input, int n_prompt);

  // Calls body(row) for rows [first, last), in parallel where that pays.
  template <class Body>
  void for_rows(int first, int last, Body&& body) {
    constexpr int kSerial = 8;
    const int n = last - first;
    const int chunk = n < kSerial ? std::max(1, n) : std::max(1, n / (4 * pool.size()));
    pool.for_chunks(n, chunk, [&](int, int begin, int end) {
      for (int row = first + begin; row < first + end; ++row) body(row);
    });
  }
  template <class Body>
  void for_rows(int n, Body&& body) {
    for_rows(0, n, std::forward<Body>(body));
  }

  // Makes gate and up [rows, n_ff].
  void shape_feed_forward(int rows, int n_ff);
  // Room for parts of generated rows' attention.
  float* shape_parts(size_t n_floats);
  // A copy of x, until the next.
  Mat keep(Mat x);

  // This worker's own scratch of at least `bytes`, 64-byte aligned.
  uint8_t* worker_bytes(int worker) const { return workers_[static_cast<size_t>(worker)].data(); }
  void reserve_worker_bytes(size_t bytes);

  const Kernels& kernels;
  ThreadPool& pool;
  // Told of the residual stream before each layer's feed-forward network, if anybody wants to know.
  std::function<void(int layer, Mat x)> observe_feed_forward;

  // [rows, width]: the residual stream; a sub-layer's inputs or outputs; heads, keys and values of
  // generated tokens alone.
  Mat x, h, q, k, v, attended;
  Mat gate, up;       // halves of the feed-forward network under way
  Activations gated;  // what the gate let through
  ExpertScratch experts;
  int n_spans = 1;                // in which generated rows' positions are gone through
  Mat cos, sin;                   // [rows, n_rot / 2] of each row's position
  std::vector<Place> places;      // of each row
  SharedRows generated;           // what generated rows see
  std::vector<Product> products;  // under way together
  std::vector<int> first_chunks;  // of each of them

 private:
  // A matrix of each step's rows, and its width.
  struct Buffer {
    Mat Scratch::* mat;
    int cols;
  };
  static std::array<Buffer, 8> buffers(const Config& config);

  const Config& config_;
  AlignedBuffer bytes_, feed_forward_bytes_, kept_bytes_, parts_bytes_;
  std::vector<AlignedBuffer> workers_;
  Activations activations_;
  int n_prompt_ = 0;
};

}  // namespace q3l
