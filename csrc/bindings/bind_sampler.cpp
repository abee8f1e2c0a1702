// Sampling parameters, and the sampler alone for tests that compare it with NumPy and transformers.
#include <pybind11/stl.h>

#include <map>
#include <memory>
#include <optional>

#include "bindings/arrays.h"
#include "bindings/bind.h"
#include "bindings/tokens.h"
#include "kernels/dispatch.h"

namespace py = pybind11;

namespace q3l {

namespace {

std::unique_ptr<SamplerParams> sampler_params(float temperature, int top_k, float top_p,
                                              float min_p, uint64_t seed, float repetition_penalty,
                                              float frequency_penalty, float presence_penalty,
                                              const std::map<int64_t, float>& logit_bias,
                                              std::optional<int> n_logprobs) {
  auto p = std::make_unique<SamplerParams>(SamplerParams{.temperature = temperature,
                                                         .top_k = top_k,
                                                         .top_p = top_p,
                                                         .min_p = min_p,
                                                         .seed = seed,
                                                         .repetition_penalty = repetition_penalty,
                                                         .frequency_penalty = frequency_penalty,
                                                         .presence_penalty = presence_penalty,
                                                         .logit_bias = {},
                                                         .n_logprobs = n_logprobs});
  for (auto [id, bias] : logit_bias) p->logit_bias.emplace_back(token_id(id), bias);
  return p;
}

std::span<float> row(FloatArray& logits) {
  return {logits.mutable_data(), static_cast<size_t>(logits.size())};
}

py::tuple sample(Sampler& sampler, FloatArray& logits, const std::optional<WordArray>& mask) {
  std::span<const uint32_t> words;
  if (mask) words = {mask->data(), static_cast<size_t>(mask->size())};
  const Sampled token = sampler.sample(row(logits), words);
  return py::make_tuple(token.id, token.logprob, id_logprob_pairs(token.likeliest));
}

py::list shortlist(const std::string& isa, const FloatArray& logits, const SamplerParams& params) {
  const Kernels set = select_kernels(isa);
  LogitBlocks blocks(set.ops);
  blocks.read({logits.data(), static_cast<size_t>(logits.size())});
  Shortlist list;
  list.choose(blocks, params);
  py::list out;
  for (const Candidate& t : list.tokens()) out.append(py::make_tuple(t.id, t.mass));
  return out;
}

}  // namespace

void bind_sampler(py::module_& m) {
  const SamplerParams neutral;
  py::class_<SamplerParams>(m, "SamplerParams")
      .def(py::init(&sampler_params), py::kw_only(), py::arg("temperature") = neutral.temperature,
           py::arg("top_k") = neutral.top_k, py::arg("top_p") = neutral.top_p,
           py::arg("min_p") = neutral.min_p, py::arg("seed") = neutral.seed,
           py::arg("repetition_penalty") = neutral.repetition_penalty,
           py::arg("frequency_penalty") = neutral.frequency_penalty,
           py::arg("presence_penalty") = neutral.presence_penalty,
           py::arg("logit_bias") = py::dict(), py::arg("n_logprobs") = py::none());

  py::class_<Sampler>(m, "Sampler")
      .def(py::init(
               [](const SamplerParams& params, int n_vocab, const std::vector<int64_t>& prompt) {
                 return std::make_unique<Sampler>(params, n_vocab, token_ids(prompt));
               }),
           py::arg("params"), py::arg("n_vocab"), py::arg("prompt") = py::tuple())
      .def("sample", &sample, py::arg("logits").noconvert(), py::arg("mask") = py::none(),
           "(id, logprob, [(id, logprob), ...]); changes the logits in place.");
  m.def("shortlist", &shortlist, py::arg("isa"), py::arg("logits"), py::arg("params"),
        "(id, mass) of each token that the filters leave.");
}

}  // namespace q3l
