// An expert pack made ready for a model: a sparse network for each layer that it has.
#pragma once

#include <optional>

#include "experts/expert_pack.h"
#include "model/transformer.h"

namespace q3l {

class ExpertLayers {
 public:
  // A token takes `n_used` choices, or as many as the pack says. Throws InvalidArgumentError for a
  // pack of another model, ModelFormatError and UnsupportedModelError for tensors that do not suit
  // its layers; all name the file. REQUIRES: the model outlives it.
  ExpertLayers(ExpertPack pack, const gguf::Reader& base, const Transformer& model,
               std::optional<int> n_used);
  ExpertLayers(const ExpertLayers&) = delete;  // networks refer to router_
  ExpertLayers& operator=(const ExpertLayers&) = delete;

  const ExpertPack& pack() const { return pack_; }
  int n_used() const { return router_.n_used; }
  // nullptr: the pack has nothing for it.
  const SparseFeedForward* at(int layer) const {
    const auto& network = layers_[static_cast<size_t>(layer)];
    return network ? &*network : nullptr;
  }

 private:
  void check(const gguf::Reader& base, const Transformer& model) const;

  const ExpertPack pack_;
  const RouterConfig router_;
  std::vector<std::optional<SparseFeedForward>> layers_;  // of the model
};

}  // namespace q3l
