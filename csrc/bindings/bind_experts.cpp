#include <pybind11/stl.h>

#include "bindings/arrays.h"
#include "bindings/bind.h"
#include "bindings/text.h"
#include "bindings/tokens.h"
#include "engine/feed_forward_inputs.h"

namespace py = pybind11;

namespace q3l {

namespace {

py::list texts(const std::vector<std::string>& all) {
  py::list out;
  for (const std::string& text : all) out.append(readable(text));
  return out;
}

py::dict pack_info(const ExpertPack& pack) {
  py::dict d;
  d["path"] = py::bytes(pack.file->path());
  d["name"] = readable(pack.name);
  d["mode"] = name_of(pack.mode);
  d["trunk"] = pack.has_trunk;
  d["n_choices"] = pack.count;
  d["top_k"] = pack.n_used;
  d["names"] = texts(pack.names);
  d["roles"] = texts(pack.roles);
  d["layers"] = pack.layers;
  d["base_name"] = readable(pack.base_name);
  d["base_fingerprint"] = hexadecimal(pack.base);
  d["n_bytes"] = pack.file->file_bytes();
  return d;
}

// Of those that are plugged in, in order.
py::list plugged(Engine& engine) {
  py::list out;
  for (const auto& [id, layers] : engine.experts().plugged()) {
    py::dict d = pack_info(layers->pack());
    d["id"] = id;
    d["top_k"] = layers->n_used();
    out.append(d);
  }
  return out;
}

// (pack's id or 0, layer, times each choice was taken)
py::list use(Engine& engine) {
  std::vector<ExpertPacks::Use> all;
  {
    py::gil_scoped_release unlocked;
    all = engine.experts().use();
  }
  py::list out;
  for (const auto& u : all) out.append(py::make_tuple(u.pack, u.layer, u.n_taken));
  return out;
}

std::optional<py::dict> cache_statistics(const Engine& engine) {
  if (!engine.expert_cache()) return std::nullopt;
  const ExpertCache::Statistics s = engine.expert_cache()->statistics();
  py::dict d;
  d["n_wanted"] = s.n_wanted;
  d["n_hits"] = s.n_hits;
  d["n_foreseen"] = s.n_foreseen;
  d["n_come_true"] = s.n_come_true;
  d["bytes_read"] = s.bytes_read;
  return d;
}

py::tuple inputs(Engine& engine, const std::vector<int64_t>& ids) {
  auto tokens = token_ids(ids);
  FeedForwardInputs found;
  {
    py::gil_scoped_release unlocked;
    found = feed_forward_inputs(engine, std::move(tokens));
  }
  const std::vector<py::ssize_t> shape = {engine.config().n_layer, engine.config().n_embd};
  return py::make_tuple(py::array_t<double>(shape, found.sums.data()),
                        py::array_t<double>(shape, found.squares.data()));
}

}  // namespace

void bind_experts(py::module_& m) {
  auto engine = py::reinterpret_borrow<py::class_<Engine>>(m.attr("Engine"));
  engine
      .def(
          "load_experts",
          [](Engine& e, const std::string& path, std::optional<int> top_k) {
            return e.experts().load(path, top_k);
          },
          py::call_guard<py::gil_scoped_release>(), py::arg("path"), py::arg("top_k"))
      .def(
          "unload_experts", [](Engine& e, int id) { e.experts().unload(id); },
          py::call_guard<py::gil_scoped_release>(), py::arg("id"))
      .def("experts", &plugged)
      .def("expert_use", &use)
      .def("expert_cache", &cache_statistics)
      .def("fingerprint", [](const Engine& e) { return hexadecimal(model_fingerprint(e.file())); })
      .def("feed_forward_inputs", &inputs, py::arg("ids"));
  m.def(
      "pack_info", [](const std::string& path) { return pack_info(ExpertPack(path)); },
      py::arg("path"));
  m.def(
      "model_fingerprint",
      [](const std::string& path) { return hexadecimal(model_fingerprint(gguf::Reader(path))); },
      py::arg("path"));
}

}  // namespace q3l
