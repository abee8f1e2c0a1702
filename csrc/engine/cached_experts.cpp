#include "engine/cached_experts.h"

#include "base/error.h"

namespace q3l {

namespace {

ExpertPlace::Stretch place_of(std::span<const uint8_t> bytes, const std::vector<FileMap>& files) {
  int i = 0;
  while (bytes.data() < files[static_cast<size_t>(i)].data() ||
         bytes.data() >=
             files[static_cast<size_t>(i)].data() + files[static_cast<size_t>(i)].size()) {
    ++i;
  }
  const FileMap& file = files[static_cast<size_t>(i)];
  return {i, static_cast<uint64_t>(bytes.data() - file.data()), bytes.size()};
}

}  // namespace

std::unique_ptr<ExpertCache> cache_experts(const gguf::Reader& file, Transformer& model,
                                           uint64_t bytes) {
  const std::vector<int> layers = model.sparse_layers();
  if (layers.empty()) {
    throw InvalidArgumentError(file.path() + " has no experts: leave expert_cache out");
  }
  std::vector<std::string> paths;
  for (const FileMap& part : file.files()) paths.push_back(part.path());
  std::vector<ExpertPlace> places;
  std::vector<int> first_numbers;
  for (int layer : layers) {
    first_numbers.push_back(static_cast<int>(places.size()));
    for (const auto& expert : model.feed_forward(layer).sparse()->stored()) {
      ExpertPlace place;
      for (size_t part = 0; part < expert.size(); ++part) {
        place.parts[part] = place_of(expert[part], file.files());
      }
      places.push_back(place);
    }
  }
  auto cache = std::make_unique<ExpertCache>(paths, places, bytes);
  for (size_t i = 0; i < layers.size(); ++i) {
    const SparseFeedForward* next = model.feed_forward(layers[(i + 1) % layers.size()]).sparse();
    model.feed_forward(layers[i]).sparse()->use_cache(cache.get(), first_numbers[i], next);
  }
  return cache;
}

}  // namespace q3l
