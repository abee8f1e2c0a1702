#include "model/config.h"

#include <algorithm>
#include <array>

#include "base/error.h"

namespace q3l {

namespace {

struct Architecture {
  const char* name;
  RopeLayout rope_layout;
  bool qk_norm;
};

constexpr std::array kArchitectures = {
    Architecture{"qwen3", RopeLayout::neox, true},
    Architecture{"llama", RopeLayout::interleaved, false},
};

const Architecture& find_architecture(const gguf::Reader& file) {
  const std::string name(file.require_string("general.architecture"));
  for (const Architecture& a : kArchitectures) {
    if (name == a.name) return a;
  }
  std::string known;
  for (const Architecture& a : kArchitectures)
    known += (known.empty() ? "" : ", ") + std::string(a.name);
  throw UnsupportedModelError(file.path() + " has the architecture " + quoted(name) +
                              "; supported are " + known);
}

// Reads "<architecture>.<key>" and checks its range.
class Keys {
 public:
  Keys(const gguf::Reader& file, const std::string& prefix) : file_(file), prefix_(prefix + ".") {}

  int require(const std::string& key, uint64_t highest) const {
    return in_range(key, file_.require_uint(prefix_ + key), highest);
  }
  int get(const std::string& key, int otherwise, uint64_t highest) const {
    auto value = file_.get_uint(prefix_ + key);
    return value ? in_range(key, *value, highest) : otherwise;
  }
  double positive(const std::string& key, double otherwise) const {
    double value = file_.get_float(prefix_ + key).value_or(otherwise);
    if (!(value > 0)) fail(key, "is not positive");
    return value;
  }
  std::string text(const std::string& key) const {
    return std::string(file_.get_string(prefix_ + key).value_or(""));
  }
  [[noreturn]] void fail(const std::string& key, const std::string& what) const {
    throw ModelFormatError(file_.path() + ": metadata key '" + prefix_ + key + "' " + what +
                           "; convert the model again");
  }

 private:
  int in_range(const std::string& key, uint64_t value, uint64_t highest) const {
    if (value < 1 || value > highest) fail(key, "is " + std::to_string(value) + ", out of range");
    return static_cast<int>(value);
  }

  const gguf::Reader& file_;
  std::string prefix_;
};

double read_rope_factor(const gguf::Reader& file, const Keys& keys) {
  std::string type = keys.text("rope.scaling.type");
  if (type.empty() || type == "none") return 1.0;
  if (type == "linear") return keys.positive("rope.scaling.factor", 1.0);
  throw UnsupportedModelError(file.path() + " scales its rope by " + quoted(type) +
                              "; supported are none and linear");
}

}  // namespace

Config read_config(const gguf::Reader& file) {
  constexpr uint64_t kMaxWidth = 1 << 20, kMaxLayers = 1 << 12, kMaxContext = 1 << 30;
  const Architecture& architecture = find_architecture(file);
  const Keys keys(file, architecture.name);
  Config c{};
  c.architecture = architecture.name;
  c.name = file.get_string("general.name").value_or("");
  c.n_layer = keys.require("block_count", kMaxLayers);
  c.n_embd = keys.require("embedding_length", kMaxWidth);
  c.n_ff = keys.require("feed_forward_length", kMaxWidth);
  c.n_head = keys.require("attention.head_count", kMaxWidth);
  c.n_head_kv = keys.get("attention.head_count_kv", c.n_head, kMaxWidth);
  c.head_dim = keys.get("attention.key_length", c.n_embd / c.n_head, kMaxWidth);
  c.n_ctx_train = keys.require("context_length", kMaxContext);
  c.rms_epsilon = static_cast<float>(keys.positive("attention.layer_norm_rms_epsilon", 1e-5));
  c.rope_theta = keys.positive("rope.freq_base", 10000.0);
  c.rope_factor = read_rope_factor(file, keys);
  c.n_rot = keys.get("rope.dimension_count", c.head_dim, kMaxWidth);
  c.rope_layout = architecture.rope_layout;
  c.qk_norm = architecture.qk_norm;
  if (static_cast<uint64_t>(c.n_head) * static_cast<uint64_t>(c.head_dim) > kMaxWidth)
    keys.fail("attention.key_length", "times the head count is out of range");
  if (c.n_head % c.n_head_kv != 0)
    keys.fail("attention.head_count_kv", "does not divide the head count");
  if (keys.get("attention.value_length", c.head_dim, kMaxWidth) != c.head_dim)
    keys.fail("attention.value_length", "differs from the key length");
  if (c.n_rot % 2 != 0 || c.n_rot > c.head_dim)
    keys.fail("rope.dimension_count", "is odd or longer than a head");
  return c;
}

}  // namespace q3l
