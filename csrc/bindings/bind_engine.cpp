#include <pybind11/stl.h>

#include <memory>
#include <string>
#include <thread>

#include "base/error.h"
#include "bindings/arrays.h"
#include "bindings/bind.h"
#include "bindings/names.h"
#include "bindings/python_constraint.h"
#include "bindings/signals.h"
#include "bindings/text.h"
#include "bindings/tokens.h"
#include "engine/engine.h"
#include "engine/generation.h"
#include "engine/memory_plan.h"
#include "engine/session.h"

namespace py = pybind11;

namespace q3l {

namespace {

// Its thread may be waiting for the GIL, or be the one that lets go of an engine: of the last
// request, whose token_mask was the last to hold the model.
struct EndEngine {
  void operator()(Engine* engine) const {
    if (engine->scheduler().is_own_thread()) {
      std::thread([engine] { delete engine; }).detach();
      return;
    }
    py::gil_scoped_release unlocked;
    delete engine;
  }
};
using EnginePtr = std::unique_ptr<Engine, EndEngine>;

EnginePtr open_engine(const std::string& path, int n_threads, int n_ctx, const std::string& kv_type,
                      uint64_t kv_bytes, int max_batch, int max_queue, int max_draft,
                      const std::string& draft_model, uint64_t expert_cache) {
  const EngineOptions options{.n_threads = n_threads,
                              .n_ctx = n_ctx,
                              .kv_type = kv_type_named(kv_type),
                              .kv_bytes = kv_bytes,
                              .max_batch = max_batch,
                              .max_queue = max_queue,
                              .max_draft = max_draft,
                              .draft_model = draft_model,
                              .expert_cache = expert_cache};
  py::gil_scoped_release unlocked;
  return EnginePtr(new Engine(path, options));
}

std::unique_ptr<Request> request(const std::vector<int64_t>& prompt, int max_tokens,
                                 const SamplerParams& sampling, const std::vector<py::str>& stop,
                                 int priority, const py::object& token_mask, bool slide) {
  auto r = std::make_unique<Request>(
      Request{.prompt = token_ids(prompt), .max_tokens = max_tokens, .sampling = sampling});
  for (const py::str& text : stop) r->stop.push_back(utf8_of(text));
  r->priority = priority;
  r->slides = slide;
  if (!token_mask.is_none()) r->constraint = std::make_shared<PythonConstraint>(token_mask);
  return r;
}

FloatArray logits(Engine& engine, const std::vector<int64_t>& wide_ids, const std::string& role,
                  std::optional<int64_t> last) {
  const Role parsed = role_named(role);
  Sequence sequence = engine.executor().open(token_ids(wide_ids));
  const auto n_last = last.value_or(sequence.n_prompt());
  if (n_last < 1 || n_last > sequence.n_prompt()) {
    throw InvalidArgumentError("last is " + std::to_string(n_last) + " of " +
                               std::to_string(sequence.n_prompt()) + " tokens");
  }
  FloatArray out({static_cast<size_t>(n_last), static_cast<size_t>(engine.config().n_vocab)});
  float* data = out.mutable_data();
  py::gil_scoped_release unlocked;
  engine.executor().logits(sequence, parsed, static_cast<int>(n_last), data, check_signals);
  return out;
}

std::optional<std::string> next_piece(Generation& generation) {
  py::gil_scoped_release unlocked;
  return generation.next(check_signals);
}

// (id, logprob, likeliest) of each token; nothing where they were not asked for.
std::optional<py::list> logprobs(const Generation& generation) {
  const auto found = generation.logprobs();
  if (!found) return std::nullopt;
  py::list out;
  for (const TokenLogprobs& t : *found) {
    out.append(py::make_tuple(t.id, t.logprob, id_logprob_pairs(t.likeliest)));
  }
  return out;
}

py::dict info(const Engine& engine) {
  const Config& c = engine.config();
  py::dict d;
  d["architecture"] = c.architecture;
  d["name"] = c.name;
  d["n_layer"] = c.n_layer;
  d["n_embd"] = c.n_embd;
  d["n_head"] = c.n_head;
  d["n_head_kv"] = c.n_head_kv;
  d["head_dim"] = c.head_dim;
  d["n_ff"] = c.n_ff;
  d["n_vocab"] = c.n_vocab;
  d["n_ctx_train"] = c.n_ctx_train;
  d["n_expert"] = c.router.n_expert;
  d["n_expert_used"] = c.router.n_used;
  d["sparse_layers"] = py::tuple(py::cast(engine.model().sparse_layers()));
  d["n_params"] = engine.model().n_params();
  d["rope_theta"] = c.rope.theta;
  d["rms_epsilon"] = c.rms_epsilon;
  return d;
}

py::dict memory_plan(const std::string& path, int n_threads, int n_ctx,
                     const std::string& kv_type) {
  const EngineOptions options{
      .n_threads = n_threads, .n_ctx = n_ctx, .kv_type = kv_type_named(kv_type)};
  const gguf::Reader file(path);
  const MemoryPlan plan = plan_memory(file, Transformer(file).config(), options);
  py::dict d;
  d["file"] = plan.file_bytes;
  d["cache"] = plan.cache_bytes;
  d["work"] = plan.work_bytes;
  return d;
}

py::dict statistics(const Engine& engine) {
  const Scheduler::Statistics s = engine.scheduler().statistics();
  py::dict d;
  d["n_steps"] = s.n_steps;
  d["n_rows"] = s.n_rows;
  d["n_prompt_tokens"] = s.n_prompt_tokens;
  d["n_reused_tokens"] = s.n_reused_tokens;
  d["n_preempted"] = s.n_preempted;
  d["n_active"] = s.n_active;
  d["n_queued"] = s.n_queued;
  d["n_pages"] = s.n_pages;
  d["max_pages"] = s.max_pages;
  return d;
}

// (text, id, is_control) of every control and user-defined token.
py::list special_tokens(const Engine& engine) {
  const Tokenizer& tokenizer = engine.tokenizer();
  py::list out;
  for (int32_t id : tokenizer.specials()) {
    out.append(py::make_tuple(readable(tokenizer.piece(id)), id, tokenizer.is_control(id)));
  }
  return out;
}

const char* reason_text(FinishReason reason) {
  switch (reason) {
    case FinishReason::stop:
      return "stop";
    case FinishReason::length:
      return "length";
    case FinishReason::cancelled:
      return "cancelled";
    default:
      return "";
  }
}

}  // namespace

void bind_engine(py::module_& m) {
  py::class_<Engine, EnginePtr>(m, "Engine")
      .def(py::init(&open_engine), py::arg("path"), py::arg("n_threads"), py::arg("n_ctx"),
           py::arg("kv_type"), py::arg("kv_bytes") = EngineOptions{}.kv_bytes,
           py::arg("max_batch") = EngineOptions{}.max_batch,
           py::arg("max_queue") = EngineOptions{}.max_queue,
           py::arg("max_draft") = EngineOptions{}.max_draft,
           py::arg("draft_model") = EngineOptions{}.draft_model,
           py::arg("expert_cache") = EngineOptions{}.expert_cache)
      .def("info", &info)
      .def("statistics", &statistics)
      .def_property_readonly("n_ctx", [](Engine& e) { return e.executor().n_ctx(); })
      .def_property_readonly("n_threads", [](Engine& e) { return e.executor().n_threads(); })
      .def_property_readonly("tokenizer", &Engine::tokenizer,
                             py::return_value_policy::reference_internal)
      .def("metadata_string",
           [](const Engine& e, const std::string& key) -> std::optional<py::str> {
             auto value = e.file().get_string(key);
             return value ? std::optional<py::str>(readable(*value)) : std::nullopt;
           })
      .def("metadata_number",
           [](const Engine& e, const std::string& key) { return e.file().get_float(key); })
      .def("special_tokens", &special_tokens)
      .def("logits", &logits, py::arg("ids"), py::arg("role"), py::arg("last"));

  m.def("memory_plan", &memory_plan, py::arg("path"), py::arg("n_threads"), py::arg("n_ctx"),
        py::arg("kv_type"));

  py::class_<Request>(m, "Request")
      .def(py::init(&request), py::arg("prompt"), py::kw_only(), py::arg("max_tokens"),
           py::arg("sampling"), py::arg("stop") = py::tuple(),
           py::arg("priority") = Request{}.priority, py::arg("token_mask") = py::none(),
           py::arg("slide") = Request{}.slides);

  py::class_<Generation>(m, "Generation")
      .def(py::init<Engine&, const Request&>(), py::keep_alive<1, 2>(),
           py::call_guard<py::gil_scoped_release>(), py::arg("engine"), py::arg("request"))
      .def("next", &next_piece, "The text that the next token completes, or None at the end.")
      .def("cancel", &Generation::cancel, "Ends it within a step.")
      .def_property_readonly("tokens", &Generation::tokens)
      .def_property_readonly("logprobs", &logprobs)
      .def_property_readonly("finish_reason",
                             [](const Generation& g) { return reason_text(g.finish_reason()); })
      .def_property_readonly("timings", [](const Generation& g) {
        const Timings& t = g.timings();
        py::dict d;
        d["n_prompt"] = t.n_prompt;
        d["n_reused"] = t.n_reused;
        d["n_generated"] = t.n_generated;
        d["queue_seconds"] = t.queue_seconds;
        d["prompt_seconds"] = t.prompt_seconds;
        d["n_decode_steps"] = t.n_decode_steps;
        d["decode_seconds"] = t.decode_seconds;
        d["n_drafted"] = t.n_drafted;
        d["n_accepted"] = t.n_accepted;
        return d;
      });

  py::class_<Session>(m, "Session")
      .def(py::init<Engine&>(), py::keep_alive<1, 2>(), py::arg("engine"))
      .def(py::init<Engine&, const std::string&>(), py::keep_alive<1, 2>(),
           py::call_guard<py::gil_scoped_release>(), py::arg("engine"), py::arg("path"))
      .def(py::init([](Engine&, const Session& parent) { return parent.fork(); }),
           py::keep_alive<1, 2>(), py::call_guard<py::gil_scoped_release>(), py::arg("engine"),
           py::arg("parent"))
      .def("generate", &Session::generate, py::keep_alive<0, 1>(),
           py::call_guard<py::gil_scoped_release>(), py::arg("request"))
      .def("save", &Session::save, py::arg("path"), py::call_guard<py::gil_scoped_release>())
      .def_property_readonly(
          "n_computed",
          py::cpp_function(&Session::n_computed, py::call_guard<py::gil_scoped_release>()));
}

}  // namespace q3l
