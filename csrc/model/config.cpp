#include "model/config.h"

#include <array>

#include "base/error.h"

namespace q3l {

namespace {

constexpr uint64_t kMaxWidth = 1 << 20, kMaxLayers = 1 << 12, kMaxContext = 1 << 30,
                   kMaxExperts = 1 << 12;

struct Architecture {
  const char* name;
  RopeLayout rope_layout;
  bool qk_norm;
};

constexpr std::array kArchitectures = {
    Architecture{"qwen3", RopeLayout::neox, true},
    Architecture{"qwen3moe", RopeLayout::neox, true},
    Architecture{"qwen2", RopeLayout::neox, false},
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
    const auto value = file_.get_uint(prefix_ + key);
    return value ? in_range(key, *value, highest) : otherwise;
  }
  double positive(const std::string& key, double otherwise) const {
    const double value = file_.get_float(prefix_ + key).value_or(otherwise);
    if (!(value > 0)) fail(key, "is not positive");
    return value;
  }
  // A factor; missing or zero, as some writers put it, stands for `otherwise`.
  double factor(const std::string& key, double otherwise) const {
    const double value = file_.get_float(prefix_ + key).value_or(0.0);
    if (!(value >= 0)) fail(key, "is negative");
    return value > 0 ? value : otherwise;
  }
  bool flag(const std::string& key, bool otherwise) const {
    return file_.get_bool(prefix_ + key).value_or(otherwise);
  }
  std::string text(const std::string& key, std::string_view otherwise) const {
    return std::string(file_.get_string(prefix_ + key).value_or(otherwise));
  }
  [[noreturn]] void fail(const std::string& key, const std::string& what) const {
    throw ModelFormatError(file_.path() + ": metadata key '" + prefix_ + key + "' " + what +
                           "; convert the model again");
  }
  [[noreturn]] void refuse(const std::string& key, const std::string& value,
                           const std::string& supported) const {
    throw UnsupportedModelError(file_.path() + ": metadata key '" + prefix_ + key + "' is " +
                                quoted(value) + "; supported: " + supported);
  }

 private:
  int in_range(const std::string& key, uint64_t value, uint64_t highest) const {
    if (value < 1 || value > highest) fail(key, "is " + std::to_string(value) + ", out of range");
    return static_cast<int>(value);
  }

  const gguf::Reader& file_;
  std::string prefix_;
};

RopeConfig read_rope(const Keys& keys, RopeLayout layout, int head_dim, int n_ctx_train) {
  RopeConfig r{};
  r.layout = layout;
  r.n_rot = keys.get("rope.dimension_count", head_dim, kMaxWidth);
  if (r.n_rot % 2 != 0 || r.n_rot > head_dim)
    keys.fail("rope.dimension_count", "is odd or longer than a head");
  r.theta = keys.positive("rope.freq_base", 10000.0);
  r.attn_factor = keys.factor("rope.scaling.attn_factor", 1.0);
  // A factor without a type stretches all frequencies; its key had another name once.
  const std::string type = keys.text("rope.scaling.type", "linear");
  if (type != "none" && type != "linear" && type != "yarn")
    keys.refuse("rope.scaling.type", type, "none, linear, yarn");
  const double factor = keys.factor("rope.scaling.factor", keys.factor("rope.scale_linear", 1.0));
  r.factor = type == "none" ? 1.0 : factor;
  r.yarn_mix = type == "yarn" ? keys.factor("rope.scaling.yarn_ext_factor", 1.0) : 0.0;
  r.beta_fast = keys.factor("rope.scaling.yarn_beta_fast", 32.0);
  r.beta_slow = keys.factor("rope.scaling.yarn_beta_slow", 1.0);
  r.n_ctx_original = keys.get("rope.scaling.original_context_length", n_ctx_train, kMaxContext);
  return r;
}

RouterConfig read_router(const Keys& keys) {
  RouterConfig r{};
  const std::string gating = "expert_gating_func";
  constexpr int kSoftmax = 1;
  r.n_expert = keys.get("expert_count", 0, kMaxExperts);
  if (r.n_expert == 0) return r;
  r.n_used = keys.require("expert_used_count", static_cast<uint64_t>(r.n_expert));
  r.renormalise = keys.flag("expert_weights_norm", true);
  r.scale = static_cast<float>(keys.factor("expert_weights_scale", 1.0));
  if (const int function = keys.get(gating, kSoftmax, kMaxWidth); function != kSoftmax)
    keys.refuse(gating, std::to_string(function), "1 (softmax)");
  return r;
}

}  // namespace

Config read_config(const gguf::Reader& file) {
  const Architecture& architecture = find_architecture(file);
  const Keys keys(file, architecture.name);
  Config c{};
  c.architecture = architecture.name;
  c.name = file.get_string("general.name").value_or("");
  c.n_layer = keys.require("block_count", kMaxLayers);
  c.n_embd = keys.require("embedding_length", kMaxWidth);
  c.router = read_router(keys);
  // Where all layers have experts, nothing has the dense width.
  c.n_ff = c.router.n_expert ? keys.get("feed_forward_length", 0, kMaxWidth)
                             : keys.require("feed_forward_length", kMaxWidth);
  c.n_head = keys.require("attention.head_count", kMaxWidth);
  c.n_head_kv = keys.get("attention.head_count_kv", c.n_head, kMaxWidth);
  c.head_dim = keys.get("attention.key_length", c.n_embd / c.n_head, kMaxWidth);
  c.n_ctx_train = keys.require("context_length", kMaxContext);
  c.rms_epsilon = static_cast<float>(keys.positive("attention.layer_norm_rms_epsilon", 1e-5));
  c.qk_norm = architecture.qk_norm;
  if (static_cast<uint64_t>(c.n_head) * static_cast<uint64_t>(c.head_dim) > kMaxWidth)
    keys.fail("attention.key_length", "times the head count is out of range");
  if (c.n_head % c.n_head_kv != 0)
    keys.fail("attention.head_count_kv", "does not divide the head count");
  if (keys.get("attention.value_length", c.head_dim, kMaxWidth) != c.head_dim)
    keys.fail("attention.value_length", "differs from the key length");
  c.rope = read_rope(keys, architecture.rope_layout, c.head_dim, c.n_ctx_train);
  return c;
}

}  // namespace q3l
