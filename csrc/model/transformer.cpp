#include "model/transformer.h"

#include <cmath>
#include <cstring>

namespace q3l {

namespace {

std::vector<float> rope_frequencies(const Config& c, const TensorSource& tensors) {
  // Llama 3's long-context scaling is stored as divisors of the frequencies.
  const float* divisors = tensors.find_vector("rope_freqs.weight", c.n_rot / 2);
  std::vector<float> frequencies;
  for (int i = 0; i < c.n_rot / 2; ++i) {
    double frequency = std::pow(c.rope_theta, -2.0 * i / c.n_rot) / c.rope_factor;
    frequencies.push_back(static_cast<float>(divisors ? frequency / divisors[i] : frequency));
  }
  return frequencies;
}

uint64_t count_params(const gguf::Reader& file) {
  uint64_t n = 0;
  for (const gguf::Tensor& t : file.tensors()) n += t.n_values();
  return n;
}

}  // namespace

Transformer::Transformer(const gguf::Reader& file)
    : config_(read_config(file)),
      n_params_(count_params(file)),
      rope_frequencies_(rope_frequencies(config_, TensorSource(file))),
      embedding_(TensorSource(file).matrix("token_embd.weight", 0, config_.n_embd)),
      output_norm_(TensorSource(file).vector("output_norm.weight", config_.n_embd)),
      head_(TensorSource(file)
                .find_matrix("output.weight", embedding_.rows, config_.n_embd)
                .value_or(embedding_)) {
  config_.n_vocab = embedding_.rows;
  blocks_.reserve(static_cast<size_t>(config_.n_layer));
  for (int layer = 0; layer < config_.n_layer; ++layer)
    blocks_.emplace_back(config_, TensorSource(file), layer);
}

void Transformer::forward(const Batch& batch, const KvCache& cache, Scratch& s, Mat logits) const {
  s.begin(batch, rope_frequencies_);
  embed(batch, s);
  for (int layer = 0; layer < config_.n_layer; ++layer) {
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
  // The wanted rows, gathered in h; prompt rows stay before generated ones.
  const int n = static_cast<int>(batch.logit_rows.size());
  if (n == 0) return;
  int n_prompt = 0;
  for (int i = 0; i < n; ++i) {
    const int row = batch.logit_rows[static_cast<size_t>(i)];
    n_prompt += row < batch.n_prompt_rows();
    s.kernels.ops.rms_norm(s.h.row(i), s.x.row(row), output_norm_, config_.n_embd,
                           config_.rms_epsilon);
  }
  Mat wanted = s.h;
  wanted.rows = n;
  head_.apply(logits, s.pack(wanted, n_prompt), s);
}

}  // namespace q3l
