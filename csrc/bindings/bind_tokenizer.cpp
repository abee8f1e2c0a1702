#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "base/error.h"
#include "bindings/bind.h"
#include "bindings/text.h"
#include "engine/vocabulary.h"
#include "tokenizer/tokenizer.h"

namespace py = pybind11;

namespace q3l {

namespace {

int32_t checked(const Tokenizer& t, int64_t id) {
  if (id >= 0 && id < t.n_vocab()) return static_cast<int32_t>(id);
  throw InvalidArgumentError("token id " + std::to_string(id) + " is not between 0 and " +
                             std::to_string(t.n_vocab() - 1));
}

std::vector<int32_t> checked(const Tokenizer& t, const std::vector<int64_t>& ids) {
  std::vector<int32_t> valid;
  valid.reserve(ids.size());
  for (int64_t id : ids) valid.push_back(checked(t, id));
  return valid;
}

}  // namespace

void bind_tokenizer(py::module_& m) {
  py::class_<Tokenizer>(m, "Tokenizer", "Byte-level BPE as the GGUF file at `path` describes it.")
      .def(py::init([](const std::string& path) {
             py::gil_scoped_release unlocked;
             const gguf::Reader file(path);
             return Tokenizer(read_vocabulary(file));
           }),
           py::arg("path"))
      .def(
          "encode",
          [](const Tokenizer& t, const py::str& text, bool parse_special) {
            const std::string bytes = utf8_of(text);
            py::gil_scoped_release unlocked;
            return t.encode(bytes, parse_special);
          },
          py::arg("text"), py::arg("parse_special") = true,
          "Token ids of text. With parse_special, special tokens written in it become their ids;\n"
          "without, they are ordinary text. Unpaired surrogates are read as U+FFFD.")
      .def(
          "decode",
          [](const Tokenizer& t, const std::vector<int64_t>& ids) {
            return py::bytes(t.decode(checked(t, ids)));
          },
          py::arg("ids"), "The bytes of the tokens, which may start or end within a character.")
      .def(
          "piece",
          [](const Tokenizer& t, int64_t id) { return py::bytes(t.piece(checked(t, id))); },
          py::arg("id"), "The bytes of one token.")
      .def(
          "find", [](const Tokenizer& t, const py::str& text) { return t.find(utf8_of(text)); },
          py::arg("text"), "Id of the special token with this text, or None.")
      .def(
          "is_control", [](const Tokenizer& t, int64_t id) { return t.is_control(checked(t, id)); },
          py::arg("id"))
      .def(
          "is_end", [](const Tokenizer& t, int64_t id) { return t.is_end(checked(t, id)); },
          py::arg("id"), "Whether this token ends a generation.")
      .def_property_readonly("n_vocab", &Tokenizer::n_vocab)
      .def_property_readonly("bos", &Tokenizer::bos)
      .def_property_readonly("add_bos", &Tokenizer::add_bos);
}

}  // namespace q3l
