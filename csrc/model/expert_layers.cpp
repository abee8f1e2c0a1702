#include "model/expert_layers.h"

#include "base/error.h"

namespace q3l {

namespace {

FirstChoice first_choice(const ExpertPack& pack) {
  if (pack.mode == PackMode::parallel) return FirstChoice::nothing;
  return pack.has_trunk ? FirstChoice::dense : FirstChoice::expert;
}

bool has_biases(const DenseFeedForward& network) {
  return network.gate().has_bias() || network.up().has_bias() || network.down().has_bias();
}

std::string quoted_or(const std::string& name, const char* otherwise) {
  return name.empty() ? otherwise : quoted(name);
}

}  // namespace

ExpertLayers::ExpertLayers(ExpertPack pack, const gguf::Reader& base, const Transformer& model,
                           std::optional<int> n_used)
    : pack_(std::move(pack)),
      router_{pack_.count, n_used.value_or(pack_.n_used), pack_.renormalises, 1.0f},
      layers_(static_cast<size_t>(model.config().n_layer)) {
  check(base, model);
  TensorSource tensors(*pack_.file);
  for (int layer : pack_.layers) {
    const FeedForward& own = model.feed_forward(layer);
    const Experts experts = {router_, first_choice(pack_), own.dense()};
    layers_[static_cast<size_t>(layer)].emplace(experts, own.norm(), model.config().n_embd, tensors,
                                                "blk." + std::to_string(layer) + ".");
  }
  tensors.require_all_taken();
}

void ExpertLayers::check(const gguf::Reader& base, const Transformer& model) const {
  const std::string& path = pack_.file->path();
  if (router_.n_used < 1 || router_.n_used > pack_.count) {
    throw InvalidArgumentError("top_k is " + std::to_string(router_.n_used) + ", but " + path +
                               " has " + std::to_string(pack_.count) + " choices: take 1 to " +
                               std::to_string(pack_.count));
  }
  if (pack_.base != model_fingerprint(base)) {
    throw InvalidArgumentError(
        path + " is a pack for " + quoted_or(pack_.base_name, "another model") + " (fingerprint " +
        hexadecimal(pack_.base) + "), and " + base.path() + " is " +
        quoted_or(model.config().name, "a model without a name") + " (" +
        hexadecimal(model_fingerprint(base)) + "): open that model, or make the pack for this one");
  }
  for (int layer : pack_.layers) {
    const std::string here = path + " has experts for layer " + std::to_string(layer);
    if (layer >= model.config().n_layer) {
      throw ModelFormatError(here + ", but the model has " +
                             std::to_string(model.config().n_layer) +
                             " layers; make the pack again");
    }
    if (pack_.mode == PackMode::parallel) continue;
    const DenseFeedForward* dense = model.feed_forward(layer).dense();
    if (!dense) {
      throw UnsupportedModelError(here +
                                  ", which has experts of its own that a pack cannot"
                                  " replace; make the pack with mode parallel");
    }
    if (pack_.has_trunk && has_biases(*dense)) {
      throw UnsupportedModelError(here +
                                  ", whose own network has biases and cannot be a choice;"
                                  " make the pack without the trunk");
    }
  }
}

}  // namespace q3l
