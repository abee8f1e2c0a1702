// The expert packs that a model computes with. Plugging in and out takes effect between two steps,
// whatever runs meanwhile; nothing is read but headers.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/executor.h"
#include "model/expert_layers.h"

namespace q3l {

class ExpertPacks {
 public:
  // REQUIRES: all outlive it.
  ExpertPacks(const gguf::Reader& base, Transformer& model, Executor& executor);

  struct Plugged {
    int id;
    std::shared_ptr<const ExpertLayers> layers;
  };

  // Plugs a pack in, behind those that are; a token takes `n_used` of its choices, or as many as
  // the pack says. Returns an id, which no other pack ever has. Throws as ExpertPack and
  // ExpertLayers do, and InvalidArgumentError for a second pack that replaces networks.
  int load(const std::string& path, std::optional<int> n_used = std::nullopt);
  // Throws InvalidArgumentError for an id that is not plugged in.
  void unload(int id);
  std::vector<Plugged> plugged() const;

  // How often tokens took each choice of a layer's router, the model's own or a pack's.
  struct Use {
    int pack;  // its id; kOwn: the model's
    int layer;
    std::vector<uint64_t> n_taken;
  };
  static constexpr int kOwn = 0;
  std::vector<Use> use() const;

 private:
  // Makes the model compute with these.
  void plug(std::vector<Plugged> packs);

  const gguf::Reader& base_;
  Transformer& model_;
  Executor& executor_;
  mutable std::mutex mutex_;  // guards what follows
  std::vector<Plugged> plugged_;
  int last_id_ = kOwn;
};

}  // namespace q3l
