#include "experts/expert_pack.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <set>

#include "base/checksum.h"
#include "base/error.h"
#include "gguf/checksum.h"

namespace q3l {

namespace {

constexpr char kType[] = "experts";
constexpr uint64_t kVersion = 1, kMostChoices = 65536;
constexpr char kRouter[] = ".ffn_gate_inp.weight";

// The pack's own keys, with errors that name file and key.
class Keys {
 public:
  explicit Keys(const gguf::Reader& file) : file_(file) {}

  static std::string full(const std::string& key) { return "q3l.experts." + key; }

  int integer(const std::string& key, uint64_t least, uint64_t most) const {
    const uint64_t n = file_.require_uint(full(key));
    if (n < least || n > most) {
      fail(key, "is " + std::to_string(n) + ", not between " + std::to_string(least) + " and " +
                    std::to_string(most));
    }
    return static_cast<int>(n);
  }
  bool flag(const std::string& key) const { return file_.get_bool(full(key)).value_or(false); }
  std::string text(const std::string& key) const {
    return std::string(file_.get_string(full(key)).value_or(""));
  }
  // As many as there are choices, or none.
  std::vector<std::string> texts(const std::string& key, int count) const {
    auto found = file_.get_strings(full(key));
    if (!found) return {};
    if (found->left() != static_cast<uint64_t>(count)) {
      fail(key, "has " + std::to_string(found->left()) + " texts for " + std::to_string(count) +
                    " choices");
    }
    std::vector<std::string> out;
    while (found->left() > 0) out.emplace_back(found->next());
    return out;
  }
  PackMode mode() const {
    const std::string name(file_.require_string(full("mode")));
    for (PackMode mode : {PackMode::replace, PackMode::parallel}) {
      if (name == name_of(mode)) return mode;
    }
    fail("mode", "is " + quoted(name) + ", not replace or parallel");
  }
  uint64_t fingerprint(const std::string& key) const {
    const std::string_view text = file_.require_string(full(key));
    uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    if (error != std::errc() || end != text.data() + text.size() || text.size() != 16) {
      fail(key, "is no fingerprint of 16 hexadecimal digits");
    }
    return value;
  }
  [[noreturn]] void fail(const std::string& key, const std::string& what) const {
    throw ModelFormatError(file_.path() + ": " + quoted(full(key)) + " " + what +
                           "; make the pack again");
  }

 private:
  const gguf::Reader& file_;
};

// N of "blk.N.<rest>", or -1.
int layer_of(std::string_view name, std::string_view rest) {
  constexpr std::string_view kPrefix = "blk.";
  if (!name.starts_with(kPrefix) || !name.ends_with(rest)) return -1;
  const std::string_view digits =
      name.substr(kPrefix.size(), name.size() - kPrefix.size() - rest.size());
  int layer = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), layer);
  return error == std::errc() && end == digits.data() + digits.size() ? layer : -1;
}

std::unique_ptr<const gguf::Reader> open_pack(const std::string& path) {
  constexpr size_t kHeader = 64 << 10;
  auto file = std::make_unique<const gguf::Reader>(path, kHeader);
  if (!ExpertPack::is_in(*file)) {
    throw ModelFormatError(path +
                           " is no expert pack: its 'adapter.type' is not 'experts'; "
                           "'qwen3lite experts' makes packs");
  }
  if (const uint64_t version = file->require_uint(Keys::full("version")); version != kVersion) {
    throw UnsupportedModelError(path + " is an expert pack of version " + std::to_string(version) +
                                "; this qwen3lite reads version 1: update it");
  }
  return file;
}

std::vector<int> router_layers(const gguf::Reader& file) {
  std::vector<int> layers;
  for (const gguf::Tensor& t : file.tensors()) {
    if (const int layer = layer_of(t.name, kRouter); layer >= 0) layers.push_back(layer);
  }
  if (layers.empty()) {
    throw ModelFormatError(file.path() + " has no router for any layer; make the pack again");
  }
  std::ranges::sort(layers);
  return layers;
}

}  // namespace

const char* name_of(PackMode mode) {
  return mode == PackMode::replace ? "replace" : "parallel";
}

bool ExpertPack::is_in(const gguf::Reader& file) {
  return file.get_string("adapter.type") == kType;
}

ExpertPack::ExpertPack(const std::string& path) : file(open_pack(path)) {
  const Keys keys(*file);
  architecture = file->require_string("general.architecture");
  name = file->get_string("general.name").value_or("");
  mode = keys.mode();
  has_trunk = keys.flag("trunk");
  if (has_trunk && mode == PackMode::parallel) keys.fail("trunk", "is for mode replace alone");
  count = keys.integer("count", 2, kMostChoices);
  n_used = keys.integer("used_count", 1, static_cast<uint64_t>(count));
  renormalises = keys.flag("weights_norm");
  names = keys.texts("names", count);
  roles = keys.texts("roles", count);
  if (std::set(names.begin(), names.end()).size() != names.size()) {
    keys.fail("names", "has a name twice");
  }
  base_name = keys.text("base.name");
  base = keys.fingerprint("base.fingerprint");
  layers = router_layers(*file);
}

uint64_t ExpertPack::checksum(int used) const {
  const uint64_t parts[] = {gguf::checksum(*file), static_cast<uint64_t>(used)};
  Checksum sum;
  sum.add(parts, sizeof parts);
  return sum.value();
}

uint64_t model_fingerprint(const gguf::Reader& model) {
  const std::string architecture(model.require_string("general.architecture"));
  auto dimension = [&](const char* key) {
    return model.get_uint(architecture + "." + key).value_or(0);
  };
  const uint64_t dimensions[] = {dimension("block_count"), dimension("embedding_length"),
                                 dimension("feed_forward_length")};
  std::vector<const gguf::Tensor*> norms;
  for (const gguf::Tensor& t : model.tensors()) {
    if (t.name.ends_with("_norm.weight")) norms.push_back(&t);
  }
  std::ranges::sort(norms, {}, &gguf::Tensor::name);
  Checksum sum;
  sum.add(architecture.data(), architecture.size());
  sum.add(dimensions, sizeof dimensions);
  for (const gguf::Tensor* t : norms) sum.add(t->data, t->bytes);
  return sum.value();
}

std::string hexadecimal(uint64_t fingerprint) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(fingerprint));
  return text;
}

}  // namespace q3l
