#include "model/ffn.h"

namespace q3l {

namespace {

std::variant<DenseFeedForward, SparseFeedForward> own_network(const Config& c, const Norm& norm,
                                                              TensorSource& tensors,
                                                              const std::string& prefix) {
  if (SparseFeedForward::is_in(tensors, prefix)) {
    return SparseFeedForward({c.router}, norm, c.n_embd, tensors, prefix);
  }
  return DenseFeedForward(c, norm, tensors, prefix);
}

}  // namespace

FeedForward::FeedForward(const Config& c, TensorSource& tensors, const std::string& prefix)
    : norm_{tensors.vector(prefix + "ffn_norm.weight", c.n_embd), c.rms_epsilon},
      own_(own_network(c, norm_, tensors, prefix)) {}

void FeedForward::add_to(Mat x, Scratch& s) const {
  if (parallel_.empty()) return add_main(x, s);
  const Mat before = s.keep(x);
  add_main(x, s);
  for (const SparseFeedForward* network : parallel_) network->add_to(x, before, s);
}

void FeedForward::add_main(Mat x, Scratch& s) const {
  if (replacement_) return replacement_->add_to(x, x, s);
  if (const DenseFeedForward* network = dense()) return network->add_to(x, s);
  sparse()->add_to(x, x, s);
}

}  // namespace q3l
