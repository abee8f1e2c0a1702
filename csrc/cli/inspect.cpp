#include <cstdio>
#include <map>

#include "base/error.h"
#include "base/json.h"
#include "base/utf8.h"
#include "cli/commands.h"
#include "engine/expert_packs.h"
#include "engine/memory_plan.h"
#include "gguf/reader.h"
#include "model/transformer.h"

namespace q3l::cli {

namespace {

struct Usage {
  int tensors = 0;
  uint64_t bytes = 0;
};

std::map<std::string, Usage> usage_by_type(const gguf::Reader& file) {
  std::map<std::string, Usage> usage;
  for (const gguf::Tensor& t : file.tensors()) {
    Usage& u = usage[t.layout->name];
    ++u.tensors;
    u.bytes += t.bytes;
  }
  return usage;
}

void print_json(const Transformer& model, const gguf::Reader& file, const EngineOptions& options) {
  const Config& c = model.config();
  JsonObject types;
  for (const auto& [name, u] : usage_by_type(file)) {
    types.add(
        name,
        JsonObject().add("tensors", u.tensors).add("bytes", static_cast<double>(u.bytes)).text());
  }
  JsonObject out;
  std::string storage;
  out.add_string("architecture", c.architecture).add_string("name", to_valid_utf8(c.name, storage));
  out.add("n_params", static_cast<double>(model.n_params()))
      .add("n_layer", c.n_layer)
      .add("n_embd", c.n_embd);
  out.add("n_head", c.n_head).add("n_head_kv", c.n_head_kv).add("head_dim", c.head_dim);
  out.add("n_ff", c.n_ff).add("n_vocab", c.n_vocab).add("n_ctx_train", c.n_ctx_train);
  if (const std::vector<int> layers = model.sparse_layers(); !layers.empty()) {
    std::string list;
    for (int layer : layers) list += (list.empty() ? "[" : ", ") + std::to_string(layer);
    out.add("n_expert", c.router.n_expert).add("n_expert_used", c.router.n_used);
    out.add("sparse_layers", list + "]");
  }
  out.add_string("fingerprint", hexadecimal(model_fingerprint(file)));
  out.add("file_bytes", static_cast<double>(file.file_bytes())).add("tensor_types", types.text());
  const MemoryPlan plan = plan_memory(file, c, options);
  out.add("memory", JsonObject()
                        .add("n_ctx", options.n_ctx)
                        .add_string("kv_type", name_of(options.kv_type))
                        .add("file_bytes", static_cast<double>(plan.file_bytes))
                        .add("cache_bytes", static_cast<double>(plan.cache_bytes))
                        .add("work_bytes", static_cast<double>(plan.work_bytes))
                        .add("total_bytes", static_cast<double>(plan.total()))
                        .text());
  std::printf("%s\n", out.text().c_str());
}

void print_pack(const ExpertPack& pack, bool is_json) {
  const double bytes = static_cast<double>(pack.file->file_bytes());
  if (is_json) {
    JsonObject out;
    std::string storage;
    out.add_string("mode", name_of(pack.mode))
        .add("trunk", pack.has_trunk ? "true" : "false")
        .add("n_choices", pack.count)
        .add("top_k", pack.n_used)
        .add("n_layers", static_cast<double>(pack.layers.size()))
        .add_string("base_name", to_valid_utf8(pack.base_name, storage))
        .add_string("base_fingerprint", hexadecimal(pack.base))
        .add("file_bytes", bytes);
    std::printf("%s\n", out.text().c_str());
    return;
  }
  const char* first = pack.mode == PackMode::parallel ? "nothing"
                      : pack.has_trunk                ? "the layer's own network"
                                                      : "an expert";
  std::printf("%-14s %s, choice 0 is %s\n", "expert pack", name_of(pack.mode), first);
  std::printf("%-14s %d, %d for a token, in %zu layers\n", "choices", pack.count, pack.n_used,
              pack.layers.size());
  for (size_t i = 0; i < pack.names.size(); ++i) {
    std::printf("%-14s %s%s%s\n", i == 0 ? "names" : "", quoted(pack.names[i]).c_str(),
                pack.roles.empty() ? "" : ", for ",
                pack.roles.empty() ? "" : quoted(pack.roles[i]).c_str());
  }
  std::printf("%-14s %s, fingerprint %s\n", "made for",
              pack.base_name.empty() ? "a model without a name" : quoted(pack.base_name).c_str(),
              hexadecimal(pack.base).c_str());
  std::printf("%-14s %.1f MB\n", "file", bytes / 1e6);
}

}  // namespace

void inspect(const Arguments& arguments) {
  const gguf::Reader file(arguments.model);
  if (ExpertPack::is_in(file)) return print_pack(ExpertPack(arguments.model), arguments.json);
  const Transformer model(file);
  const Config& c = model.config();
  if (arguments.json) return print_json(model, file, arguments.engine);
  std::printf("%-14s %s\n", "architecture", c.architecture.c_str());
  std::printf("%-14s %s\n", "name", c.name.empty() ? "-" : quoted(c.name).c_str());
  std::printf("%-14s %.1f M\n", "parameters", static_cast<double>(model.n_params()) / 1e6);
  std::printf("%-14s %d of width %d, feed-forward %d\n", "layers", c.n_layer, c.n_embd, c.n_ff);
  if (const size_t n = model.sparse_layers().size()) {
    std::printf("%-14s %d, %d for a token, in %zu layers\n", "experts", c.router.n_expert,
                c.router.n_used, n);
  } else {
    std::printf("%-14s none; expert packs plug in that were made for %s\n", "experts",
                hexadecimal(model_fingerprint(file)).c_str());
  }
  std::printf("%-14s %d, %d for keys and values, of %d\n", "heads", c.n_head, c.n_head_kv,
              c.head_dim);
  std::printf("%-14s %d tokens\n", "vocabulary", c.n_vocab);
  std::printf("%-14s %d positions\n", "trained on", c.n_ctx_train);
  std::printf("%-14s %.1f MB\n", "file", static_cast<double>(file.file_bytes()) / 1e6);
  for (const auto& [name, u] : usage_by_type(file)) {
    std::printf("%-14s %d tensors, %.1f MB\n", name.c_str(), u.tensors,
                static_cast<double>(u.bytes) / 1e6);
  }
  const MemoryPlan plan = plan_memory(file, c, arguments.engine);
  const auto megabytes = [](uint64_t bytes) { return static_cast<double>(bytes) / 1e6; };
  std::printf("%-14s %.1f MB for -c %d: %.1f the file, %.1f keys and values (%s), %.1f to work\n",
              "memory", megabytes(plan.total()), arguments.engine.n_ctx, megabytes(plan.file_bytes),
              megabytes(plan.cache_bytes), name_of(arguments.engine.kv_type),
              megabytes(plan.work_bytes));
}

}  // namespace q3l::cli
