#include "engine/expert_packs.h"

#include <algorithm>

#include "base/checksum.h"
#include "base/error.h"

namespace q3l {

namespace {

uint64_t checksum(const std::vector<ExpertPacks::Plugged>& packs) {
  if (packs.empty()) return kNoExperts;
  Checksum sum;
  for (const auto& [id, layers] : packs) {
    const uint64_t one = layers->pack().checksum(layers->n_used());
    sum.add(&one, sizeof one);
  }
  return sum.value();
}

}  // namespace

ExpertPacks::ExpertPacks(const gguf::Reader& base, Transformer& model, Executor& executor)
    : base_(base), model_(model), executor_(executor) {}

int ExpertPacks::load(const std::string& path, std::optional<int> n_used) {
  auto layers = std::make_shared<const ExpertLayers>(ExpertPack(path), base_, model_, n_used);
  std::lock_guard lock(mutex_);
  const auto replaces = [](const Plugged& p) { return p.layers->pack().mode == PackMode::replace; };
  const auto other = std::ranges::find_if(plugged_, replaces);
  const int id = last_id_ + 1;
  auto packs = plugged_;
  packs.push_back({id, std::move(layers)});
  if (replaces(packs.back()) && other != plugged_.end()) {
    throw InvalidArgumentError(path + " replaces the layers' networks, and so does " +
                               other->layers->pack().file->path() +
                               ", which is plugged in: unload it first");
  }
  plug(std::move(packs));
  last_id_ = id;
  return id;
}

void ExpertPacks::unload(int id) {
  std::lock_guard lock(mutex_);
  auto packs = plugged_;
  if (std::erase_if(packs, [&](const Plugged& p) { return p.id == id; }) == 0) {
    throw InvalidArgumentError("no expert pack with id " + std::to_string(id) + " is plugged in");
  }
  plug(std::move(packs));
}

std::vector<ExpertPacks::Plugged> ExpertPacks::plugged() const {
  std::lock_guard lock(mutex_);
  return plugged_;
}

void ExpertPacks::plug(std::vector<Plugged> packs) {
  const uint64_t experts = checksum(packs);
  const auto change = [&] {
    for (int layer = 0; layer < model_.config().n_layer; ++layer) {
      FeedForward& network = model_.feed_forward(layer);
      network.replace(nullptr);
      network.parallel().clear();
      for (const auto& [id, layers] : packs) {
        const SparseFeedForward* experts_here = layers->at(layer);
        if (!experts_here) continue;
        if (layers->pack().mode == PackMode::replace) {
          network.replace(experts_here);
        } else {
          network.parallel().push_back(experts_here);
        }
      }
    }
  };
  executor_.change_experts(change, experts);
  plugged_ = std::move(packs);
}

std::vector<ExpertPacks::Use> ExpertPacks::use() const {
  std::lock_guard lock(mutex_);
  std::vector<Use> all;
  const auto collect = [&] {
    for (int layer : model_.sparse_layers()) {
      all.push_back({kOwn, layer, model_.feed_forward(layer).sparse()->n_taken()});
    }
    for (const auto& [id, layers] : plugged_) {
      for (int layer : layers->pack().layers) {
        all.push_back({id, layer, layers->at(layer)->n_taken()});
      }
    }
  };
  executor_.between_steps(collect);
  return all;
}

}  // namespace q3l
