#include "support/tiny_pack.h"

#include "support/random_tensors.h"

namespace q3l::testing {

GgufBuilder tiny_pack(const TinyPack& p, const TinyModel& model, const gguf::Reader& base,
                      uint64_t seed) {
  GgufBuilder file;
  file.key("general.architecture", model.architecture);
  file.key("general.type", "adapter");
  file.key("adapter.type", "experts");
  file.key("q3l.experts.version", uint32_t{1});
  file.key("q3l.experts.mode", name_of(p.mode));
  file.key("q3l.experts.trunk", p.trunk);
  file.key("q3l.experts.count", static_cast<uint32_t>(p.count));
  file.key("q3l.experts.used_count", static_cast<uint32_t>(p.n_used));
  file.key("q3l.experts.weights_norm", p.renormalises);
  file.key("q3l.experts.base.fingerprint", hexadecimal(p.base.value_or(model_fingerprint(base))));
  RandomTensors routers(file, *find_format("F32"), seed);
  RandomTensors tensors(file, *find_format(p.format), seed + 1);
  const int n_stored = p.count - (p.trunk || p.mode == PackMode::parallel ? 1 : 0);
  for (int layer : p.layers) {
    const std::string prefix = "blk." + std::to_string(layer) + ".ffn_";
    routers.matrix(prefix + "gate_inp.weight", p.count, model.n_embd, p.router_scale);
    tensors.stack(prefix + "gate_exps.weight", n_stored, p.n_ff, model.n_embd);
    tensors.stack(prefix + "up_exps.weight", n_stored, p.n_ff, model.n_embd);
    tensors.stack(prefix + "down_exps.weight", n_stored, model.n_embd, p.n_ff);
  }
  return file;
}

}  // namespace q3l::testing
