// The sparse feed-forward network: a router sends each row to its likeliest choices, gated networks
// of their own, and their results by the router's weights are added up.
#pragma once

#include <vector>

#include "experts/expert_cache.h"
#include "model/dense_ffn.h"

namespace q3l {

// What a router's choice 0 stands for: the first of the experts, the layer's own dense network, or
// nothing. Of the latter two the experts are choices from 1 on.
enum class FirstChoice { expert, dense, nothing };

// A router with its experts, as a file says it.
struct Experts {
  const RouterConfig& router;
  FirstChoice first = FirstChoice::expert;
  const DenseFeedForward* dense = nullptr;  // what `first` stands for
};

class SparseFeedForward {
 public:
  // Whether a layer's tensors are those of a sparse network.
  static bool is_in(const TensorSource& tensors, const std::string& prefix);
  // REQUIRES: what `experts` refers to outlives it, and the dense network has no biases.
  SparseFeedForward(const Experts& experts, const Norm& norm, int n_embd, TensorSource& tensors,
                    const std::string& prefix);

  // y += what the experts make of x, which may be y. [rows, n_embd]
  void add_to(Mat y, Mat x, Scratch& s) const;

  // The bytes of each expert that the file holds: gate, up, down.
  using Bytes = std::array<std::span<const uint8_t>, kExpertParts>;
  std::vector<Bytes> stored() const;
  // Has experts read into a cache, where the first of them has this number, instead of mapped; and
  // those foreseen that `next`, the network of the next layer that has one, will want. REQUIRES:
  // its choices are the experts.
  void use_cache(ExpertCache* cache, int first_number, const SparseFeedForward* next);

  // How often each choice was taken, since it exists.
  const std::vector<uint64_t>& n_taken() const { return n_taken_; }

 private:
  struct Expert {
    Weight gate, up, down;
  };
  Expert choice(int number) const;
  int n_ff() const { return gate_.first.rows; }  // of each expert
  void route(Mat h, Scratch& s) const;
  void want_experts(const Routing& routing) const;
  void foresee(Mat x, Scratch& s) const;
  void count(const Routing& routing, int n_rows) const;
  void gather(Mat h, Scratch& s) const;
  // The products of every group with one of its expert's matrices.
  void multiply_groups(std::initializer_list<std::pair<Weight Expert::*, Mat>> products,
                       Activations& a, Scratch& s) const;
  void combine(Mat y, Scratch& s) const;

  const RouterConfig& config_;
  const FirstChoice first_;
  const DenseFeedForward* dense_;
  Norm norm_;
  Linear router_;
  WeightStack gate_, up_, down_;
  ExpertCache* cache_ = nullptr;  // or none, and then the rest means nothing
  int first_cached_ = 0;
  const SparseFeedForward* next_ = nullptr;
  // A pass at a time changes these.
  mutable std::vector<uint64_t> n_taken_;
  mutable std::vector<int> numbers_;      // of experts in the cache
  mutable std::vector<Choice> foreseen_;  // of a row
};

}  // namespace q3l
