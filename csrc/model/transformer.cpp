#include "model/transformer.h"

#include <algorithm>
#include <cstring>

namespace q3l {

namespace {

constexpr int kSliceRows = 4096;  // of the head: a few megabytes

uint64_t count_params(const gguf::Reader& file) {
  uint64_t n = 0;
  for (const gguf::Tensor& t : file.tensors()) n += t.n_values();
  return n;
}

}  // namespace

Transformer::Transformer(const gguf::Reader& file) : Transformer(file, TensorSource(file)) {}

Transformer::Transformer(const gguf::Reader& file, TensorSource tensors)
    : config_(read_config(file)),
      n_params_(count_params(file)),
      ropes_(make_ropes(config_.rope, tensors)),
      embedding_(tensors.matrix("token_embd.weight", kAnyRows, config_.n_embd)),
      output_norm_{tensors.vector("output_norm.weight", config_.n_embd), config_.rms_epsilon},
      head_(tensors.find_matrix("output.weight", embedding_.rows, config_.n_embd)
                .value_or(embedding_)) {
  config_.n_vocab = embedding_.rows;
  blocks_.reserve(static_cast<size_t>(config_.n_layer));
  for (int layer = 0; layer < config_.n_layer; ++layer)
    blocks_.emplace_back(config_, tensors, layer);
  tensors.require_all_taken();
}

std::vector<int> Transformer::sparse_layers() const {
  std::vector<int> layers;
  for (int layer = 0; layer < config_.n_layer; ++layer) {
    if (feed_forward(layer).has_experts()) layers.push_back(layer);
  }
  return layers;
}

void Transformer::forward(const Batch& batch, const KvCache& cache, Scratch& s, Mat logits) const {
  s.begin(batch, ropes_);
  embed(batch, s);
  for (int layer = 0; layer < config_.n_layer; ++layer) {
    if (before_layer_) before_layer_(layer, 0);
    blocks_[static_cast<size_t>(layer)].forward(s.x, batch, {cache, layer}, s);
  }
  project(batch, s, logits);
}

void Transformer::embed(const Batch& batch, Scratch& s) const {
  s.for_rows(s.x.rows, [&](int row) {
    embedding_.format->decode(embedding_.row(batch.tokens[static_cast<size_t>(row)]), s.x.row(row),
                              static_cast<size_t>(s.x.cols));
  });
}

void Transformer::project(const Batch& batch, Scratch& s, Mat logits) const {
  // The wanted rows, gathered in h.
  const int n = static_cast<int>(batch.logit_rows.size());
  if (n == 0) return;
  for (int i = 0; i < n; ++i) {
    const int row = batch.logit_rows[static_cast<size_t>(i)];
    output_norm_.apply(s.kernels.ops, s.h.row(i), s.x.row(row), config_.n_embd);
  }
  Mat wanted = s.h;
  wanted.rows = n;
  Activations& inputs = s.pack(wanted, batch.n_prompt_logits);
  const int n_slice = before_layer_ ? kSliceRows : head_.n_out();
  for (int first = 0; first < head_.n_out(); first += n_slice) {
    const Linear slice = head_.rows(first, std::min(first + n_slice, head_.n_out()));
    if (before_layer_) before_layer_(config_.n_layer, head_.rows(0, first).weight_bytes());
    slice.apply(Mat(logits.data + first, n, slice.n_out(), logits.stride), inputs, s);
  }
}

}  // namespace q3l
